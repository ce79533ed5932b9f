// The accept step, through the kernel's own queue.
#include "weir/reactor/loop/acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "weir/reactor/testing/knock.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

TEST(AcceptorTest, AcceptsExactlyWhatWaits) {
  TestReactor reactor(Hello);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(reactor.ConnectTcp());
  EXPECT_EQ(reactor.Stats().accept_queue.depth, 5u);
  const std::uint64_t accepts = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(3);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - accepts, 5u);
  EXPECT_EQ(reactor.Stats().accept_queue.depth, 0u);
  EXPECT_EQ(reactor.Stats().accept_queue.depth_max, 5u);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 5u);
}

// Each tick tells the history what it found and what it left.
TEST(AcceptorTest, ItsWakeUpsAreLooksAtTheQueue) {
  Limits limits;
  limits.listen_backlog = 4;
  limits.accept_budget_per_tick = 1;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(reactor.ConnectTcp());
  reactor.Tick();         // leaves 4 of 4
  reactor.AdvanceMs(10);  // leaves 3
  reactor.AdvanceMs(10);  // leaves 2: no more than half
  reactor.AdvanceMs(10);
  const AcceptQueueSample sample = reactor.Stats().accept_queue;
  EXPECT_EQ(sample.depth_max, 5u);
  EXPECT_EQ(sample.depth_max_window, 5u);
  EXPECT_EQ(sample.over_half_ns, 20'000'000u);
  EXPECT_EQ(sample.observed_ns, 30'000'000u);
}

// The time over half is none then: the look counts.
TEST(AcceptorTest, AQueueThatIsEmptiedAtOnceWasOverHalfAllTheSame) {
  Limits limits;
  limits.listen_backlog = 4;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 2; ++i) clients.push_back(reactor.ConnectTcp());
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().accept_queue.over_half_looks, 0u) << "half is not over half";
  for (int i = 0; i < 3; ++i) clients.push_back(reactor.ConnectTcp());
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().accept_queue.depth, 0u);
  EXPECT_EQ(reactor.Stats().accept_queue.over_half_ns, 0u);
  EXPECT_GE(reactor.Stats().accept_queue.over_half_looks, 1u);
}

TEST(AcceptorTest, AnOverflowIsKnownAlsoToWhoLooksWhileItAccepts) {
  Limits limits;
  limits.listen_backlog = 4;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(reactor.ConnectTcp());
  const test::Knock refused(reactor.port());
  // The look finds no more than the backlog by then, and has the counter of the drops.
  reactor.syscalls().BeforeAccept(2, [&reactor] { (void)reactor.Stats(); });
  reactor.Tick();
  const AcceptQueueSample sample = reactor.Stats().accept_queue;
  EXPECT_GE(sample.discards, 1u);
  EXPECT_EQ(sample.discards_when_full, sample.discards);
}

TEST(AcceptorTest, TheLimitSetsTheWindow) {
  TestReactor reactor(Hello);
  reactor.SetLimits([](Limits* changed) { changed->accept_queue_window_ms = 100; });
  TestClient client = reactor.ConnectTcp();
  reactor.Tick();
  reactor.AdvanceMs(100);
  EXPECT_EQ(reactor.Stats().accept_queue.depth_max_window, 1u);
  reactor.AdvanceMs(100);
  EXPECT_EQ(reactor.Stats().accept_queue.depth_max_window, 0u);
  EXPECT_EQ(reactor.Stats().accept_queue.depth_max, 1u);
}

// Also when running out of descriptors interrupts it.
TEST(AcceptorTest, CountsWhatItLeftWhenItPauses) {
  Limits limits;
  limits.listen_backlog = 4;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(reactor.ConnectTcp());
  reactor.syscalls().Fail(Call::kAccept4, EMFILE, 1);
  reactor.Tick();  // takes 1 of 4
  reactor.clock().AdvanceMs(7);
  EXPECT_EQ(reactor.Stats().accept_queue.over_half_ns, 7'000'000u);
}

TEST(AcceptorTest, AcceptsNoMoreThanItsBudgetInATick) {
  Limits limits;
  limits.accept_budget_per_tick = 2;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(reactor.ConnectTcp());
  for (const std::uint64_t accepted : {2u, 4u, 5u, 5u}) {
    reactor.Tick();
    EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), accepted);
  }
}

TEST(AcceptorTest, TellsTheEffectiveBacklogAndChangesItLive) {
  Limits limits;
  limits.listen_backlog = 7;
  TestReactor reactor(Hello, limits);
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_effective, 7u);
  reactor.SetLimits([](Limits* changed) { changed->listen_backlog = 3; });
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_effective, 3u);
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_requested, 3u);
  // The kernel's cap is not known here, but it is far below this.
  reactor.SetLimits([](Limits* changed) { changed->listen_backlog = 10'000'000; });
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_requested, 10'000'000u);
  EXPECT_LT(reactor.Stats().accept_queue.backlog_effective, 10'000'000u);
  EXPECT_GT(reactor.Stats().accept_queue.backlog_effective, 3u);
}

TEST(AcceptorTest, KeepsItsBacklogWhenListenFails) {
  TestReactor reactor(Hello);
  const std::uint32_t before = reactor.Stats().accept_queue.backlog_effective;
  reactor.syscalls().Fail(Call::kListen, EADDRINUSE);
  reactor.SetLimits([](Limits* changed) { changed->listen_backlog = 3; });
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_effective, before);
  EXPECT_EQ(reactor.Stats().accept_queue.backlog_requested, Limits().listen_backlog);
}

TEST(AcceptorTest, RefusesBeyondMaxConnectionsWithAnAnswer) {
  Limits limits;
  limits.max_connections = 2;
  TestReactor reactor(Hello, limits);
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(reactor.ConnectTcp());
    clients.back().Send(kGet);
  }
  reactor.Tick(2);
  int refused = 0;
  for (TestClient& client : clients) {
    if (client.Take().rfind("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n", 0) != 0)
      continue;
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_FALSE(client.reset_by_server());
    ++refused;
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 1u);
  EXPECT_EQ(reactor.open_connections(), 2u);
  clients.clear();
  reactor.Tick();
  TestClient later = reactor.ConnectTcp();
  later.Send(kGet);
  reactor.Tick(2);
  EXPECT_THAT(later.Take(), StartsWith("HTTP/1.1 200 "));
}

class AcceptorErrorTest : public testing::TestWithParam<int> {};

TEST_P(AcceptorErrorTest, PausesWithoutSpinningAndLosesNoConnection) {
  TestReactor reactor(Hello);
  reactor.syscalls().Fail(Call::kAccept4, GetParam(), 0, 1000);
  TestClient client = reactor.ConnectTcp();
  client.Send(kGet);
  const std::uint64_t before = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(50);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - before, 1u);
  EXPECT_EQ(reactor.Count(Counter::kAcceptPauses), 1u);
  reactor.AdvanceMs(Acceptor::kPauseMs + 8);
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kAcceptPauses), 2u);
  reactor.syscalls().Heal();
  reactor.AdvanceMs(Acceptor::kPauseMs + 8);
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST_P(AcceptorErrorTest, ServesWhoWaitsWithin100MsOfADescriptorBeingFree) {
  TestReactor reactor(Hello);
  reactor.syscalls().Fail(Call::kAccept4, GetParam());
  TestClient client = reactor.ConnectTcp();
  client.Send(kGet);
  reactor.Tick();
  reactor.syscalls().Heal();  // freed by another part of the process: no connection of ours ends
  reactor.AdvanceMs(100);
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST_P(AcceptorErrorTest, GoesOnAsSoonAsAConnectionEnds) {
  TestReactor reactor(Hello);
  TestClient first = reactor.ConnectTcp();
  reactor.Tick();
  reactor.syscalls().Fail(Call::kAccept4, GetParam(), 0, 1);
  TestClient second = reactor.ConnectTcp();
  second.Send(kGet);
  reactor.Tick();
  first.Close();
  reactor.Tick(3);
  EXPECT_THAT(second.Take(), StartsWith("HTTP/1.1 200 "));
}

INSTANTIATE_TEST_SUITE_P(ForWantOf, AcceptorErrorTest,
                         testing::Values(EMFILE, ENFILE, ENOMEM, ENOBUFS));

TEST(AcceptorTest, AFailedConnectionDoesNotStopTheOthers) {
  TestReactor reactor(Hello);
  TestClient client = reactor.ConnectTcp();
  TestClient other = reactor.ConnectTcp();
  reactor.syscalls().Fail(Call::kAccept4, ECONNABORTED);
  client.Send(kGet);
  other.Send(kGet);
  reactor.Tick(3);
  EXPECT_EQ(reactor.Count(Counter::kAcceptFailures), 1u);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(other.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST(AcceptorTest, CountsAConnectionThatTheKernelWouldNotWatch) {
  TestReactor reactor(Hello);
  TestClient client = reactor.ConnectTcp();
  reactor.syscalls().Fail(Call::kEpollCtl, ENOSPC);
  reactor.Tick();
  client.Receive();
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(RefuseReason::kMemory), 1u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

TEST(AcceptorTest, ServesAConnectionThatWasResetWhileItWaited) {
  TestReactor reactor(Hello);
  TestClient client = reactor.ConnectTcp();
  client.Reset();
  reactor.Tick(2);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 1u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

}  // namespace
}  // namespace weir
