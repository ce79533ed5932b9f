// Draining a listener: nothing that is queued is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/listen/reuseport_group.h"
#include "weir/reactor/loop/acceptor.h"
#include "weir/reactor/loop/sweep.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::int64_t kDeadlineMs = 10'000;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

void ExpectAnswered(std::vector<TestClient>* clients) {
  for (TestClient& client : *clients) {
    EXPECT_THAT(client.Take(), HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_FALSE(client.reset_by_server());
  }
}

TEST(DrainTest, KeepsTheQueueWhileDescriptorsAreWanting) {
  TestReactor reactor(Hello);
  std::vector<TestClient> clients = reactor.ConnectMany(3, kGet);
  reactor.syscalls().Fail(Call::kAccept4, EMFILE);
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick(5);
  EXPECT_FALSE(reactor.reactor().finished());
  reactor.AdvanceMs(Acceptor::kPauseMs + 8);
  reactor.Tick(3);
  EXPECT_TRUE(reactor.reactor().finished());
  ExpectAnswered(&clients);
  EXPECT_EQ(reactor.Count(Counter::kDrainQueueCut), 0u);
}

TEST(DrainTest, CountsWhatIsStillQueuedAtTheDeadline) {
  TestReactor reactor(Hello);
  std::vector<TestClient> clients = reactor.ConnectMany(3, kGet);
  reactor.syscalls().Fail(Call::kAccept4, EMFILE, 0, 1000);
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick();
  reactor.AdvanceMs(kDeadlineMs - 1);
  EXPECT_FALSE(reactor.reactor().finished());
  reactor.AdvanceMs(1);
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(Counter::kDrainQueueCut), 3u);
}

TEST(DrainTest, ServesAQueueThatIsLongerThanATickAccepts) {
  TestReactor reactor(Hello);
  std::vector<TestClient> clients =
      reactor.ConnectMany(5 * static_cast<int>(Limits().accept_budget_per_tick), kGet);
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick();
  EXPECT_GT(reactor.Stats().accept_queue.depth, 0u) << "a turn keeps to its budget";
  reactor.Tick(10);
  EXPECT_TRUE(reactor.reactor().finished());
  ExpectAnswered(&clients);
}

TEST(DrainTest, SteersNewConnectionsToTheOthersWhileItsQueueIsServed) {
  ReuseportGroup group(Syscalls::System());
  TestReactor first(Hello, Limits(), {&group, 0});
  TestReactor second(Hello, Limits(), {&group, first.port()});
  std::vector<TestClient> early = first.ConnectMany(40, kGet);
  const std::uint32_t queued = first.Stats().accept_queue.depth;
  ASSERT_GT(queued, 0u);
  first.syscalls().Fail(Call::kAccept4, EMFILE, 0, 1);
  first.reactor().RequestDrain(kDeadlineMs);
  first.Tick();
  std::vector<TestClient> late = first.ConnectMany(40, kGet);
  EXPECT_EQ(first.Stats().accept_queue.depth, queued);
  first.AdvanceMs(Acceptor::kPauseMs + 8);
  first.Tick(3);
  EXPECT_TRUE(first.reactor().finished());
  EXPECT_EQ(first.Count(Counter::kConnectionsAccepted), queued);
  std::vector<TestClient> last = second.ConnectMany(10, kGet);
  second.reactor().RequestDrain(kDeadlineMs);
  second.Tick(4);
  EXPECT_TRUE(second.reactor().finished());
  ExpectAnswered(&early);
  ExpectAnswered(&late);
  ExpectAnswered(&last);
  EXPECT_EQ(group.state().members, 0u);
}

constexpr std::uint64_t kMany = 2 * Sweep::kMaxSteps + 10;

std::vector<TestClient> ConnectIdle(TestReactor* reactor) {
  std::vector<TestClient> clients;
  for (std::uint64_t i = 0; i < kMany; ++i) clients.push_back(reactor->Connect());
  reactor->Tick(10);  // all their first events
  return clients;
}

// So that no turn is a stall. Nothing is lost meanwhile.
TEST(DrainTest, TellsConnectionsAPieceAtATime) {
  TestReactor reactor(Hello);
  std::vector<TestClient> clients = ConnectIdle(&reactor);
  TestClient queued = reactor.ConnectTcp();
  queued.Send(kGet);
  clients.back().Send(kGet);
  reactor.reactor().RequestDrain(kDeadlineMs);
  for (const std::uint64_t told : {1, 2}) {
    reactor.Tick();
    EXPECT_EQ(reactor.Count(CloseReason::kDrained), told * Sweep::kMaxSteps + 1) << "and the last";
    EXPECT_EQ(reactor.Stats().accept_queue.depth, 1u) << "who is accepted now might be told too";
    const std::string answer = clients.back().Take();
    EXPECT_EQ(answer.find("\r\nConnection: close\r\n") != std::string::npos, told == 1) << answer;
  }
  reactor.Tick(3);
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_THAT(queued.Take(), HasSubstr("\r\nConnection: close\r\n"));
  for (TestClient& client : clients) {
    client.Receive();
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_FALSE(client.reset_by_server());
  }
}

TEST(DrainTest, CutsConnectionsAPieceAtATime) {
  std::vector<ResponseWriter> owed;
  TestReactor reactor(
      [&owed](const Request&, ResponseWriter response) { owed.push_back(std::move(response)); });
  std::vector<TestClient> clients = ConnectIdle(&reactor);
  for (TestClient& client : clients) client.Send(kGet);
  reactor.Tick(10);
  ASSERT_EQ(owed.size(), kMany);
  reactor.reactor().RequestDrain(kDeadlineMs);
  reactor.Tick(3);
  EXPECT_EQ(reactor.Stats().connections_active, kMany);
  reactor.clock().AdvanceMs(kDeadlineMs);
  for (const std::uint64_t cut : {1, 2}) {
    reactor.Tick();
    EXPECT_EQ(reactor.Count(CloseReason::kDrainCut), cut * Sweep::kMaxSteps);
    EXPECT_FALSE(reactor.reactor().finished());
  }
  reactor.Tick(2);
  EXPECT_EQ(reactor.Count(CloseReason::kDrainCut), kMany);
  EXPECT_TRUE(reactor.reactor().finished());
}

}  // namespace
}  // namespace weir
