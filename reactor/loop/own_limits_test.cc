// Limits that are set for one listener while it serves, and taken out again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::SharedListeners;
using test::TestClient;
using test::TestReactor;
using testing::ElementsAre;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

SharedListeners Two() {
  SharedListeners shared;
  shared.others = 1;
  return shared;
}

std::vector<TestClient> ConnectTo(const TestReactor& reactor, std::size_t listener, int count) {
  std::vector<TestClient> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(TestClient::ConnectIpv4(reactor.port(listener)));
    clients.back().Send(kGet);
  }
  return clients;
}

std::vector<std::uint32_t> Backlogs(const TestReactor& reactor) {
  std::vector<std::uint32_t> backlogs;
  for (const ListenerQueue& it : reactor.Stats().listener_queues) {
    backlogs.push_back(it.queue.backlog_effective);
  }
  return backlogs;
}

TEST(OwnLimitsTest, ABacklogOfOneListenerIsItsAlone) {
  TestReactor reactor(Hello, Limits(), Two());
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 9; });
  reactor.SetLimitOf(1, "listen_backlog", 5);
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(9, 5));
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 7; });
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(7, 5));
  reactor.SetLimitOf(1, "listen_backlog", std::nullopt);
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(7, 7));
}

TEST(OwnLimitsTest, ATemporaryBacklogReverts) {
  TestReactor reactor(Hello, Limits(), Two());
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 9; });
  reactor.SetLimitOf(1, "listen_backlog", 5, 1000);
  reactor.AdvanceMs(999);
  EXPECT_FALSE(reactor.limits().Expire());
  EXPECT_THAT(Backlogs(reactor), ElementsAre(9, 5));
  reactor.clock().AdvanceMs(1);
  EXPECT_TRUE(reactor.limits().Expire());
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(9, 9));
}

TEST(OwnLimitsTest, ARollBackTakesItBack) {
  TestReactor reactor(Hello, Limits(), Two());
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 9; });
  const std::uint64_t before = reactor.limits().version();
  reactor.SetLimitOf(0, "listen_backlog", 5);
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(5, 9));
  ASSERT_TRUE(reactor.limits().RollBack(before, {}).ok());
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(9, 9));
}

TEST(OwnLimitsTest, OneThatTheKernelRefusesLeavesTheOneBeforeIt) {
  TestReactor reactor(Hello, Limits(), Two());
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 9; });
  reactor.Tick();
  reactor.SetLimitOf(1, "listen_backlog", 6);
  reactor.syscalls().Fail(Call::kListen, ENOMEM);
  reactor.SetLimitOf(0, "listen_backlog", 5);
  reactor.Tick();
  EXPECT_THAT(Backlogs(reactor), ElementsAre(9, 6));
  EXPECT_EQ(reactor.Stats().listener_queues[0].queue.backlog_requested, 9u);
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 1);
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
}

TEST(OwnLimitsTest, ABudgetOfOneListenerIsItsAlone) {
  TestReactor reactor(Hello, Limits(), Two());
  reactor.SetLimitOf(0, "accept_budget_per_tick", 1);
  reactor.Tick();
  const std::vector<TestClient> first = ConnectTo(reactor, 0, 3);
  const std::vector<TestClient> second = ConnectTo(reactor, 1, 3);
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().listener_queues[0].queue.depth, 2u);
  EXPECT_EQ(reactor.Stats().listener_queues[1].queue.depth, 0u);
  reactor.SetLimitOf(0, "accept_budget_per_tick", std::nullopt);
  reactor.Tick();
  EXPECT_EQ(reactor.Stats().listener_queues[0].queue.depth, 0u);
}

// What the options give is the code layer's: the operator's stands above, until it is taken out.
TEST(OwnLimitsTest, AMaximumOfOneListenerStandsAboveThatOfTheOptions) {
  SharedListeners shared = Two();
  shared.max_connections = 1;
  TestReactor reactor(Hello, Limits(), shared);
  reactor.SetLimitOf(0, "max_connections_per_listener", 2);
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 3);
  std::vector<TestClient> others = ConnectTo(reactor, 1, 3);
  reactor.Tick(2);
  EXPECT_EQ(reactor.open_at(0), 2u);
  EXPECT_EQ(reactor.open_at(1), 3u);
  EXPECT_EQ(reactor.Count(RefuseReason::kMaxConnectionsPerListener), 1u);
  clients.clear();
  reactor.SetLimitOf(0, "max_connections_per_listener", std::nullopt);
  reactor.Tick(2);
  clients = ConnectTo(reactor, 0, 2);
  reactor.Tick(2);
  EXPECT_EQ(reactor.open_at(0), 1u);
}

TEST(OwnLimitsTest, OneListenerDoesWithoutTheProxyProtocol) {
  SharedListeners shared = Two();
  shared.proxies = {"192.0.2.7"};
  TestReactor reactor(Hello, Limits(), shared);
  std::vector<TestClient> clients = ConnectTo(reactor, 0, 1);
  reactor.Tick(2);
  EXPECT_EQ(clients[0].Take(), "");
  EXPECT_EQ(reactor.Count(RefuseReason::kProxyUntrusted), 1u);
  reactor.SetLimitOf(0, "proxy_protocol", 2);
  clients = ConnectTo(reactor, 0, 1);
  reactor.Tick(2);
  EXPECT_THAT(clients[0].Take(), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace weir
