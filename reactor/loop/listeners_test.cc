// One reactor with several listeners.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "weir/reactor/loop/acceptor.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::int64_t kDeadlineMs = 10'000;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

// `counts[i]` clients of listener i, which have asked.
std::vector<TestClient> ConnectTo(const TestReactor& reactor, const std::vector<int>& counts) {
  std::vector<TestClient> clients;
  for (std::size_t listener = 0; listener < counts.size(); ++listener) {
    for (int i = 0; i < counts[listener]; ++i) {
      clients.push_back(TestClient::ConnectIpv4(reactor.port(listener)));
      clients.back().Send(kGet);
    }
  }
  return clients;
}

TEST(ListenersTest, EachHasAQueueOfItsOwn) {
  TestReactor reactor(Hello, Limits(), {nullptr, 0, 2});
  std::vector<TestClient> clients = ConnectTo(reactor, {1, 2, 3});
  ReactorStats stats = reactor.Stats();
  ASSERT_EQ(stats.listener_queues.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stats.listener_queues[i].listener, "127.0.0.1:" + std::to_string(reactor.port(i)));
    EXPECT_EQ(stats.listener_queues[i].queue.depth, i + 1);
    EXPECT_EQ(stats.listener_queues[i].connections_accepted, 0u);
  }
  EXPECT_EQ(stats.accept_queue.depth, 1u) << "the first listener's";
  reactor.Tick(2);
  stats = reactor.Stats();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stats.listener_queues[i].queue.depth, 0u);
    EXPECT_EQ(stats.listener_queues[i].queue.depth_max, i + 1);
    EXPECT_EQ(stats.listener_queues[i].connections_accepted, i + 1);
  }
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 6u);
  for (TestClient& client : clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST(ListenersTest, TheBudgetIsForEach) {
  Limits limits;
  limits.accept_budget_per_tick = 2;
  TestReactor reactor(Hello, limits, {nullptr, 0, 1});
  const std::vector<TestClient> clients = ConnectTo(reactor, {3, 1});
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().listener_queues[0].queue.depth, 1u);
  EXPECT_EQ(reactor.Stats().listener_queues[1].queue.depth, 0u);
}

TEST(ListenersTest, AnotherBacklogIsForAll) {
  TestReactor reactor(Hello, Limits(), {nullptr, 0, 1});
  reactor.SetLimits([](Limits* changed) { changed->listen_backlog = 3; });
  reactor.Tick();
  for (const ListenerQueue& it : reactor.Stats().listener_queues) {
    EXPECT_EQ(it.queue.backlog_effective, 3u);
  }
}

TEST(ListenersTest, EachPausesForWantOfDescriptorsAndGoesOn) {
  TestReactor reactor(Hello, Limits(), {nullptr, 0, 1});
  std::vector<TestClient> clients = ConnectTo(reactor, {1, 1});
  reactor.syscalls().Fail(Call::kAccept4, EMFILE, 0, 2);
  const std::uint64_t before = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(20);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - before, 2u);
  EXPECT_EQ(reactor.Count(Counter::kAcceptPauses), 2u);
  reactor.AdvanceMs(Acceptor::kPauseMs + 8);
  reactor.Tick(2);
  for (TestClient& client : clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

// Whoever waits at one listener says nothing of the queue of the other.
TEST(ListenersTest, EachWaitIsBoundedByItsOwnEmptyQueue) {
  Limits limits;
  limits.accept_wait_sample_every = 1;
  limits.accept_budget_per_tick = 1;
  TestReactor reactor(Hello, limits, {nullptr, 0, 1});
  reactor.Tick();  // both are seen empty
  const std::vector<TestClient> clients = ConnectTo(reactor, {3, 0});
  for (int i = 0; i < 3; ++i) reactor.AdvanceMs(1);
  const TestClient other = TestClient::ConnectIpv4(reactor.port(1));
  reactor.Tick();
  const ReactorStats stats = reactor.Stats();
  EXPECT_EQ(stats.listener_queues[1].connections_accepted, 1u);
  const HistogramCounts& waits = stats.timings[static_cast<std::size_t>(Timing::kAcceptQueueWait)];
  EXPECT_GE(waits.buckets[0], 1u) << "the other queue was empty at this very time";
}

TEST(ListenersTest, ADrainServesWhatWaitsInEveryQueue) {
  TestReactor reactor(Hello, Limits(), {nullptr, 0, 2});
  std::vector<TestClient> clients = ConnectTo(reactor, {2, 0, 3});
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick(3);
  EXPECT_TRUE(reactor.reactor().finished());
  for (TestClient& client : clients) {
    EXPECT_THAT(client.Take(), HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_FALSE(client.reset_by_server());
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(TestClient::ConnectIpv4(reactor.port(i)).connected());
  }
}

TEST(ListenersTest, ADrainWaitsForTheQueueThatPauses) {
  TestReactor reactor(Hello, Limits(), {nullptr, 0, 1});
  const std::vector<TestClient> clients = ConnectTo(reactor, {0, 2});
  reactor.syscalls().Fail(Call::kAccept4, EMFILE, 0, 1000);
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick(5);
  EXPECT_FALSE(reactor.reactor().finished());
  reactor.AdvanceMs(kDeadlineMs);
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(Counter::kDrainQueueCut), 2u);
}

}  // namespace
}  // namespace weir
