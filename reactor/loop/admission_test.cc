// Who may come in, how fast, and what becomes of the others, through the kernel's own queue.
#include "weir/reactor/loop/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <utility>
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

Limits PerAddress(std::uint64_t most, OverloadAction action = OverloadAction::kRespond503) {
  Limits limits = Overload(action, 100);
  limits.max_connections_per_address = most;
  return limits;
}

TEST(AddressLimitTest, RefusesBeyondItAndServesAgainBelow) {
  TestReactor reactor(Hello, PerAddress(2));
  std::vector<TestClient> clients = Connect(reactor, 3);
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(clients[1].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(clients[2].Take(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n"),
                                       HasSubstr("max_connections_per_address: retry later.")));
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerAddress), 1u);
  EXPECT_EQ(reactor.open_connections(), 2u);
  clients[0].Close();
  reactor.Tick(2);
  std::vector<TestClient> next = Connect(reactor, 1);
  reactor.Tick(2);
  EXPECT_THAT(next[0].Take(), StartsWith("HTTP/1.1 200 "));
  clients.clear();
  next.clear();
  reactor.Tick(3);
  EXPECT_EQ(reactor.admission().addresses.size(), 0u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

TEST(AddressLimitTest, ResetsWhereTheOverloadActionSaysSo) {
  TestReactor reactor(Hello, PerAddress(1, OverloadAction::kReset));
  std::vector<TestClient> clients = Connect(reactor, 2);
  reactor.Tick(2);
  clients[1].Receive();
  EXPECT_TRUE(clients[1].reset_by_server());
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerAddressReset), 1u);
}

// One that waits would hold up those behind it.
TEST(AddressLimitTest, IsAnsweredWhereOthersWouldBeLeftQueued) {
  TestReactor reactor(Hello, PerAddress(1, OverloadAction::kQueue));
  std::vector<TestClient> clients = Connect(reactor, 2);
  reactor.Tick(2);
  EXPECT_THAT(clients[1].Take(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerAddress), 1u);
}

TEST(AddressLimitTest, PeersWithoutAnAddressAreNotCounted) {
  TestReactor reactor(Hello, PerAddress(1));
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(reactor.Connect());
  reactor.Tick();
  EXPECT_EQ(reactor.open_connections(), 3u);
  EXPECT_EQ(reactor.admission().addresses.size(), 0u);
}

// Those that are open stay; those that came uncounted stay uncounted.
TEST(AddressLimitTest, LowersAndSwitchesOnWithoutClosingAnybody) {
  TestReactor reactor(Hello, PerAddress(0));
  std::vector<TestClient> clients = Connect(reactor, 2);
  reactor.Tick(2);
  reactor.SetLimits([](Limits* limits) { limits->max_connections_per_address = 2; });
  for (TestClient& client : Connect(reactor, 2)) clients.push_back(std::move(client));
  reactor.Tick(2);
  reactor.SetLimits([](Limits* limits) { limits->max_connections_per_address = 1; });
  for (TestClient& client : Connect(reactor, 1)) clients.push_back(std::move(client));
  reactor.Tick(2);
  for (int i = 0; i < 4; ++i) EXPECT_THAT(clients[i].Take(), StartsWith("HTTP/1.1 200 ")) << i;
  EXPECT_THAT(clients[4].Take(), StartsWith("HTTP/1.1 503 "));
  reactor.SetLimits([](Limits* limits) { limits->max_connections_per_address = 0; });
  clients.clear();
  reactor.Tick(3);
  EXPECT_EQ(reactor.admission().addresses.size(), 0u) << "also those counted before it was off";
}

Limits Rate(std::uint64_t per_second) {
  Limits limits;
  limits.max_accepts_per_second = per_second;
  return limits;
}

TEST(AcceptRateLimitTest, LeavesQueuedWhatComesFaster) {
  TestReactor reactor(Hello, Rate(20));  // a bucket of two
  std::vector<TestClient> clients = Connect(reactor, 4);
  const std::uint64_t accepts = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(20);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 2u);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - accepts, 2u);
  EXPECT_EQ(reactor.Count(Counter::kAcceptPausesRate), 1u);
  EXPECT_EQ(reactor.Stats().accept_queue.depth, 2u);
  clients[0].Close();  // frees a place, which is not what is waited for
  reactor.Tick(3);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 2u);
  reactor.AdvanceMs(49);
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 2u);
  reactor.AdvanceMs(9);  // 50 ms a token, and a slot of the timer wheel
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 3u);
  reactor.AdvanceMs(60);
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 4u);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 0u);
}

TEST(AcceptRateLimitTest, IsLive) {
  TestReactor reactor(Hello, Rate(1));
  std::vector<TestClient> clients = Connect(reactor, 4);
  reactor.Tick(2);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 1u);
  reactor.SetLimits([](Limits* limits) { limits->max_accepts_per_second = 0; });
  reactor.Tick(3);
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 4u);
}

// An accept that fails has used nothing of the rate.
TEST(AcceptRateLimitTest, WhatIsNotAcceptedIsNotCounted) {
  TestReactor reactor(Hello, Rate(10));  // a bucket of one
  std::vector<TestClient> clients = Connect(reactor, 1);
  reactor.syscalls().Fail(Call::kAccept4, EMFILE);
  reactor.Tick();
  reactor.AdvanceMs(96);
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kConnectionsAccepted), 1u);
  EXPECT_EQ(reactor.Count(Counter::kAcceptPausesRate), 0u);
}

TEST(AcceptRateLimitTest, ADrainTakesWhatIsQueued) {
  TestReactor reactor(Hello, Rate(1));
  std::vector<TestClient> clients = Connect(reactor, 4);
  reactor.Tick();
  reactor.reactor().RequestDrain(10'000);
  reactor.Tick(5);
  for (TestClient& client : clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace weir
