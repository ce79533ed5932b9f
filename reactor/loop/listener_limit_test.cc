// max_connections_per_listener: each listener has places of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::SharedListeners;
using test::TestClient;
using test::TestReactor;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

// Two listeners, of which the first has its own maximum.
SharedListeners TwoWith(std::optional<std::uint64_t> own) {
  SharedListeners shared;
  shared.others = 1;
  shared.max_connections = own;
  return shared;
}

Limits Acting(OverloadAction action) {
  Limits limits;
  limits.overload_action = static_cast<std::uint64_t>(action);
  return limits;
}

std::vector<TestClient> ConnectTo(const TestReactor& reactor, std::size_t listener, int count) {
  std::vector<TestClient> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(TestClient::ConnectIpv4(reactor.port(listener)));
    clients.back().Send(kGet);
  }
  return clients;
}

void ExpectServed(std::vector<TestClient>* clients) {
  for (TestClient& client : *clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST(ListenerLimitTest, TheOtherListenerGoesOn) {
  TestReactor reactor(Hello, Limits(), TwoWith(1));
  std::vector<TestClient> capped = ConnectTo(reactor, 0, 2);
  std::vector<TestClient> others = ConnectTo(reactor, 1, 3);
  reactor.Tick(2);
  ExpectServed(&others);
  EXPECT_THAT(capped[0].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(capped[1].Take(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n"),
                    HasSubstr("\r\n\r\nmax_connections_per_listener: retry later.\n")));
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerListener), 1u);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnections), 0u);
  const std::vector<ListenerQueue> queues = reactor.Stats().listener_queues;
  EXPECT_EQ(queues[0].connections_active, 1u);
  EXPECT_EQ(queues[0].connections_refused, 1u);
  EXPECT_EQ(queues[1].connections_active, 3u);
  EXPECT_EQ(queues[1].connections_refused, 0u);
  capped.clear();
  others.clear();
  reactor.Tick(3);
  EXPECT_EQ(reactor.open_at(0) + reactor.open_at(1) + reactor.open_connections(), 0u);
  std::vector<TestClient> next = ConnectTo(reactor, 0, 1);
  reactor.Tick(2);
  ExpectServed(&next);
}

TEST(ListenerLimitTest, Resets) {
  TestReactor reactor(Hello, Acting(OverloadAction::kReset), TwoWith(1));
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 2);
  reactor.Tick(2);
  clients[1].Receive();
  EXPECT_TRUE(clients[1].reset_by_server());
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerListenerReset), 1u);
  EXPECT_EQ(reactor.Stats().listener_queues[0].connections_refused, 1u);
}

// What ends at another listener is no reason to look.
TEST(ListenerLimitTest, LeavesThemQueuedUntilThereIsRoom) {
  TestReactor reactor(Hello, Acting(OverloadAction::kQueue), TwoWith(1));
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 3);
  const std::uint64_t accepts = reactor.syscalls().Count(Call::kAccept4);
  reactor.Tick(20);
  EXPECT_EQ(reactor.syscalls().Count(Call::kAccept4) - accepts, 1u) << "no spinning";
  for (int i = 0; i < 5; ++i) {
    std::vector<TestClient> others = ConnectTo(reactor, 1, 1);
    reactor.Tick(2);
    ExpectServed(&others);
    others.clear();
    reactor.Tick(2);
  }
  EXPECT_EQ(reactor.Count(Counter::kAcceptPausesListenerFull), 1u);
  EXPECT_EQ(reactor.Count(Counter::kAcceptPausesFull), 0u);
  EXPECT_EQ(reactor.Stats().listener_queues[0].queue.depth, 2u);
  for (TestClient& client : clients) {
    EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
    client.Close();
    reactor.Tick(3);
  }
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerListener), 0u);
}

// All reactors count for one maximum.
TEST(ListenerLimitTest, CountsWhatOtherReactorsHave) {
  SharedListeners shared = TwoWith(2);
  shared.open_count = std::make_shared<Listener::OpenCount>(0);
  TestReactor first(Hello, Limits(), shared);
  TestReactor second(Hello, Acting(OverloadAction::kQueue), shared);
  std::vector<TestClient> clients = ConnectTo(first, 0, 2);
  first.Tick(2);
  ExpectServed(&clients);
  std::vector<TestClient> late = ConnectTo(second, 0, 1);
  second.Tick(3);
  EXPECT_EQ(late[0].Take(), "");
  clients.pop_back();
  first.Tick(2);
  second.AdvanceMs(100);
  second.Tick(2);
  ExpectServed(&late);
  EXPECT_EQ(shared.open_count->load(), 2u);
  EXPECT_EQ(first.open_at(0), 1u);
  EXPECT_EQ(second.open_at(0), 1u);
}

TEST(ListenerLimitTest, TheLimitIsLiveAndItsOwnValueStandsAboveIt) {
  TestReactor reactor(Hello, Limits(), TwoWith(3));
  std::vector<TestClient> first = ConnectTo(reactor, 0, 2);
  std::vector<TestClient> second = ConnectTo(reactor, 1, 2);
  reactor.Tick(2);
  reactor.SetLimits([](Limits* limits) { limits->max_connections_per_listener = 1; });
  reactor.Tick();
  ExpectServed(&first);
  ExpectServed(&second);
  std::vector<TestClient> more_first = ConnectTo(reactor, 0, 1);
  std::vector<TestClient> more_second = ConnectTo(reactor, 1, 1);
  reactor.Tick(2);
  ExpectServed(&more_first);
  EXPECT_THAT(more_second[0].Take(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(reactor.open_at(1), 2u) << "those that are open stay";
  second.clear();
  reactor.Tick(2);
  more_second = ConnectTo(reactor, 1, 1);
  reactor.Tick(2);
  ExpectServed(&more_second);
}

TEST(ListenerLimitTest, AnOwnValueOf0IsNoBound) {
  Limits limits;
  limits.max_connections_per_listener = 1;
  TestReactor reactor(Hello, limits, TwoWith(0));
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 3);
  reactor.Tick(2);
  ExpectServed(&clients);
}

// Whichever is full, the place of the other is given back.
TEST(ListenerLimitTest, OfBothTheLowerCounts) {
  TestReactor reactor(Hello, Limits(), TwoWith(2));
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 2);
  reactor.Tick(2);
  reactor.SetLimits([](Limits* limits) { limits->max_connections = 2; });
  std::vector<TestClient> both = ConnectTo(reactor, 0, 1);
  std::vector<TestClient> server = ConnectTo(reactor, 1, 1);
  reactor.Tick(2);
  EXPECT_THAT(both[0].Take(), HasSubstr("max_connections_per_listener: retry later.\n"));
  EXPECT_THAT(server[0].Take(), HasSubstr("max_connections: retry later.\n"));
  clients.pop_back();
  reactor.Tick(2);
  clients.push_back(TestClient::ConnectIpv4(reactor.port(0)));
  clients.back().Send(kGet);
  reactor.Tick(2);
  ExpectServed(&clients);
  EXPECT_EQ(reactor.open_connections(), 2u);
  EXPECT_EQ(reactor.open_at(0), 2u);
}

// The socket that has a new owner is no connection of the listener any more.
TEST(ListenerLimitTest, AHandOverGivesThePlaceBack) {
  HandedOver owned;
  TestReactor reactor(AnyHandler([&owned](const Request& request, ResponseWriter response) {
                        if (request.method() != Method::kConnect)
                          return Hello(request, std::move(response));
                        response.OpenTunnel({}, [&owned](HandedOver it) { owned = std::move(it); });
                      }).WithConnect(),
                      Limits(), TwoWith(1));
  TestClient tunnel = reactor.ConnectTcp();
  tunnel.Send("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
  reactor.Tick(3);
  EXPECT_GE(owned.socket.get(), 0);
  EXPECT_EQ(reactor.open_at(0), 0u);
  std::vector<TestClient> next = ConnectTo(reactor, 0, 1);
  reactor.Tick(2);
  ExpectServed(&next);
}

TEST(ListenerLimitTest, WhatFailsTakesNoPlace) {
  for (const auto& [call, error] : {std::pair{Call::kAccept4, ECONNABORTED},
                                    {Call::kAccept4, EMFILE},
                                    {Call::kEpollCtl, ENOSPC}}) {
    TestReactor reactor(Hello, Limits(), TwoWith(1));
    std::vector<TestClient> clients = ConnectTo(reactor, 0, 1);
    reactor.syscalls().Fail(call, error);
    reactor.Tick();
    EXPECT_EQ(reactor.open_at(0), 0u);
    std::vector<TestClient> next = ConnectTo(reactor, 0, 1);
    reactor.AdvanceMs(100);
    reactor.Tick(2);
    EXPECT_EQ(reactor.open_at(0), 1u);
  }
}

// Of more than the maximum none is lost when the server drains.
TEST(ListenerLimitTest, ADrainServesWhatIsQueued) {
  TestReactor reactor(Hello, Acting(OverloadAction::kQueue), TwoWith(1));
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 3);
  reactor.Tick();
  reactor.reactor().RequestDrain(10'000);
  reactor.Tick(20);
  ExpectServed(&clients);
  clients.clear();
  reactor.Tick(3);
  EXPECT_TRUE(reactor.reactor().finished());
}

}  // namespace
}  // namespace weir
