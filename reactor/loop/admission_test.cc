// Connections beyond max_connections, through the kernel's own queue.
#include "weir/reactor/loop/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

Limits Overload(OverloadAction action, std::uint64_t max_connections) {
  Limits limits;
  limits.overload_action = static_cast<std::uint64_t>(action);
  limits.max_connections = max_connections;
  return limits;
}

std::vector<TestClient> Connect(const TestReactor& reactor, int count) {
  std::vector<TestClient> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(TestClient::ConnectIpv4(reactor.port()));
    clients.back().Send(kGet);
  }
  return clients;
}

TEST(AdmissionTest, AnswersWithRetryAfterAsItIsSetNow) {
  TestReactor reactor(Hello, Overload(OverloadAction::kRespond503, 1));
  std::vector<TestClient> clients = Connect(reactor, 2);
  reactor.SetLimits([](Limits* limits) { limits->retry_after_seconds = 7; });
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(clients[1].Take(), AllOf(StartsWith("HTTP/1.1 503 Service Unavailable\r\n"),
                                       HasSubstr("Retry-After: 7\r\n"),
                                       HasSubstr("\r\n\r\nmax_connections: retry later.\n")));
  EXPECT_TRUE(clients[1].closed_by_server());
  EXPECT_FALSE(clients[1].reset_by_server());
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 1u);
  EXPECT_EQ(reactor.Count(Counter::kResponses5xx), 1u);
  EXPECT_EQ(reactor.open_connections(), 1u);
}

TEST(AdmissionTest, Resets) {
  TestReactor reactor(Hello, Overload(OverloadAction::kReset, 1));
  std::vector<TestClient> clients = Connect(reactor, 3);
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
  for (int i = 1; i < 3; ++i) {
    EXPECT_EQ(clients[i].Take(), "");
    EXPECT_TRUE(clients[i].reset_by_server());
  }
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsReset), 2u);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 0u);
  EXPECT_EQ(reactor.Count(Counter::kResponses5xx), 0u);
  EXPECT_EQ(reactor.open_connections(), 1u);
}

TEST(AdmissionTest, LeavesThemQueuedUntilThereIsRoom) {
  TestReactor reactor(Hello, Overload(OverloadAction::kQueue, 1));
  std::vector<TestClient> clients = Connect(reactor, 3);
  const std::uint64_t accepts = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(20);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - accepts, 1u) << "no spinning";
  EXPECT_EQ(reactor.Count(Counter::kAcceptPausesFull), 1u);
  EXPECT_EQ(reactor.Stats().accept_queue.depth, 2u);
  for (TestClient& client : clients) {
    EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
    client.Close();
    reactor.Tick(3);
  }
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 3u);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 0u);
}

// What another reactor of the server frees is found by looking.
TEST(AdmissionTest, LooksForRoomThatItIsNotToldOf) {
  TestReactor reactor(Hello, Overload(OverloadAction::kQueue, 1));
  reactor.TakePlaces(1);
  std::vector<TestClient> clients = Connect(reactor, 1);
  reactor.Tick(3);
  EXPECT_EQ(clients[0].Take(), "");
  reactor.TakePlaces(-1);
  reactor.AdvanceMs(100);
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
}

TEST(AdmissionTest, ARaisedLimitAndAnotherActionActOnWhatIsQueued) {
  TestReactor reactor(Hello, Overload(OverloadAction::kQueue, 1));
  std::vector<TestClient> clients = Connect(reactor, 3);
  reactor.Tick(3);
  reactor.SetLimits([](Limits* limits) { limits->max_connections = 2; });
  reactor.Tick(3);
  EXPECT_THAT(clients[1].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(clients[2].Take(), "");
  reactor.SetLimits([](Limits* limits) { limits->overload_action = 0; });
  reactor.Tick(3);
  EXPECT_THAT(clients[2].Take(), StartsWith("HTTP/1.1 503 "));
}

// Those that are open are more than allowed: they stay, and none comes in before enough have ended.
TEST(AdmissionTest, ALoweredLimitClosesNobody) {
  TestReactor reactor(Hello, Overload(OverloadAction::kRespond503, 3));
  std::vector<TestClient> clients = Connect(reactor, 3);
  reactor.Tick(2);
  reactor.SetLimits([](Limits* limits) { limits->max_connections = 1; });
  reactor.Tick();
  for (TestClient& client : clients) {
    client.Send(kGet);
    reactor.Tick();
    client.Receive();
    EXPECT_FALSE(client.closed_by_server());
  }
  clients[0].Close();
  clients[1].Close();
  reactor.Tick(2);
  EXPECT_EQ(reactor.open_connections(), 1u);
  std::vector<TestClient> late = Connect(reactor, 1);
  reactor.Tick(2);
  EXPECT_THAT(late[0].Take(), StartsWith("HTTP/1.1 503 "));
}

TEST(AdmissionTest, GivesThePlaceOfAFailedAcceptBack) {
  for (const int error : {ECONNABORTED, EMFILE, EAGAIN}) {
    TestReactor reactor(Hello, Overload(OverloadAction::kQueue, 1));
    std::vector<TestClient> clients = Connect(reactor, 1);
    reactor.syscalls().Fail(Call::kAccept4, error);
    reactor.Tick();
    EXPECT_EQ(reactor.open_connections(), 0u) << error;
    reactor.AdvanceMs(100);
    reactor.Tick(2);
    EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 ")) << error;
  }
}

// Nobody is left behind: the queue is served as places get free, and then the listener closes.
TEST(AdmissionTest, ADrainServesWhatIsQueued) {
  TestReactor reactor(Hello, Overload(OverloadAction::kQueue, 1));
  std::vector<TestClient> clients = Connect(reactor, 3);
  reactor.Tick();
  reactor.reactor().RequestDrain(10'000);
  reactor.Tick(20);
  for (TestClient& client : clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
  clients.clear();
  reactor.Tick(3);
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(Counter::kDrainQueueCut), 0u);
}

// Whatever fails while one is turned away, no descriptor and no place is lost.
TEST(AdmissionTest, EveryFailedCallOfARefusalIsSurvived) {
  for (const OverloadAction action : {OverloadAction::kRespond503, OverloadAction::kReset}) {
    for (const Call call : {Call::kRecv, Call::kSend, Call::kShutdown, Call::kSetSockOpt}) {
      TestReactor reactor(Hello, Overload(action, 1));
      reactor.TakePlaces(1);
      std::vector<TestClient> clients = Connect(reactor, 1);
      reactor.syscalls().Fail(call, ENOBUFS, 0, 10);
      reactor.Tick(2);
      clients[0].Receive();
      EXPECT_TRUE(clients[0].closed_by_server());
      EXPECT_EQ(reactor.open_connections(), 1u);
      EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections) +
                    reactor.Count(RefuseReason::kMaxConnectionsReset),
                1u);
    }
  }
}

}  // namespace
}  // namespace weir
