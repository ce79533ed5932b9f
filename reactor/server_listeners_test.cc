// A whole server on several addresses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/host_limits.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"
#include "weir/reactor/testing/temp_folder.h"

namespace weir {
namespace {

using test::BlockingClient;
using test::TempFolder;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

ListenerOptions At(std::string address, std::string name = "") {
  ListenerOptions options;
  options.address = std::move(address);
  options.name = std::move(name);
  return options;
}

ServerOptions On(std::vector<ListenerOptions> listeners) {
  ServerOptions options;
  options.reactors = 2;
  options.listeners = std::move(listeners);
  return options;
}

absl::Status Refusal(const ServerOptions& options) {
  return Server::Start(options, Hello).status();
}

TEST(ServerListenersTest, ServesOnEachAddress) {
  auto server = Server::Start(On({At("127.0.0.1:0", "public"), At("127.0.0.1:0")}), Hello);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::vector<ListenerInfo>& listeners = (*server)->listeners();
  ASSERT_EQ(listeners.size(), 2u);
  EXPECT_EQ(listeners[0].name, "public");
  EXPECT_EQ(listeners[1].name, listeners[1].address);
  EXPECT_EQ((*server)->address(), listeners[0].address);
  EXPECT_EQ((*server)->port(), listeners[0].port);
  for (const ListenerInfo& it : listeners) {
    EXPECT_EQ(it.address, "127.0.0.1:" + std::to_string(it.port));
    BlockingClient client(it.port);
    EXPECT_THAT(client.Ask(kGet), HasSubstr("hello"));
  }
  const ServerStats stats = (*server)->Stats();
  ASSERT_EQ(stats.listeners.size(), 2u);
  std::uint64_t accepted[2] = {0, 0};
  for (const ReactorStats& reactor : stats.reactors) {
    ASSERT_EQ(reactor.listener_queues.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(reactor.listener_queues[i].listener, listeners[i].name);
      accepted[i] += reactor.listener_queues[i].connections_accepted;
    }
  }
  EXPECT_EQ(accepted[0], 1u);
  EXPECT_EQ(accepted[1], 1u);
  (*server)->Drain();
  EXPECT_EQ((*server)->Wait().connections_cut, 0u);
}

TEST(ServerListenersTest, Ipv6AloneOrWithIpv4) {
  ListenerOptions both = At("[::]:0", "both");
  both.ipv6_only = false;
  auto server = Server::Start(On({At("[::1]:0", "six"), both}), Hello);
  if (!server.ok()) GTEST_SKIP() << "this host has no IPv6: " << server.status();
  const std::uint16_t six = (*server)->listeners()[0].port;
  const std::uint16_t any = (*server)->listeners()[1].port;
  EXPECT_THAT(BlockingClient(six, AF_INET6).Ask(kGet), HasSubstr("hello"));
  EXPECT_THAT(BlockingClient(any, AF_INET6).Ask(kGet), HasSubstr("hello"));
  EXPECT_THAT(BlockingClient(any).Ask(kGet), HasSubstr("hello"));
  // "[::]" alone leaves the port to IPv4.
  EXPECT_TRUE(Server::Start(On({At("[::]:0"), At("127.0.0.1:0")}), Hello).ok());
}

TEST(ServerListenersTest, ServesOnAUnixSocketThatItsReactorsShare) {
  const TempFolder folder;
  const std::string path = folder.File("http.sock");
  ListenerOptions unix_socket = At("unix:" + path, "proxy");
  unix_socket.proxies = {"unix"};
  {
    auto server = Server::Start(On({At("127.0.0.1:0"), unix_socket}),
                                [](const Request& request, ResponseWriter response) {
                                  response.Send(200, "", request.client().ToString());
                                });
    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_EQ((*server)->listeners()[1].address, "unix:" + path);
    EXPECT_EQ((*server)->listeners()[1].port, 0);
    std::vector<BlockingClient> clients;
    for (int i = 0; i < 20; ++i) {
      clients.emplace_back(path);
      const std::string header = "PROXY TCP4 192.0.2.7 192.0.2.8 " + std::to_string(i) + " 80\r\n";
      EXPECT_THAT(clients.back().Ask(header + kGet),
                  EndsWith("\r\n\r\n192.0.2.7:" + std::to_string(i)));
    }
    EXPECT_THAT(BlockingClient((*server)->port()).Ask(kGet), HasSubstr("\r\n\r\n127.0.0.1:"));
    // Which reactor takes one is the kernel's to say: each is counted once, whoever it was.
    std::uint64_t accepted = 0;
    for (const ReactorStats& reactor : (*server)->Stats().reactors) {
      EXPECT_TRUE(reactor.listener_queues[1].shared);
      accepted += reactor.listener_queues[1].connections_accepted;
    }
    EXPECT_EQ(accepted, 20u);
    EXPECT_EQ(Refusal(On({unix_socket})).code(), absl::StatusCode::kAlreadyExists);
    (*server)->Drain();
    EXPECT_EQ((*server)->Wait().connections_cut, 0u);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(ServerListenersTest, SaysWhatIsWrongWithAUnixSocket) {
  EXPECT_EQ(Refusal(On({At("unix:")})).code(), absl::StatusCode::kInvalidArgument);
  const absl::Status refused = Refusal(On({At("unix:relative")}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("\"relative\" must be an absolute path"));
}

TEST(ServerListenersTest, AListenerMayHaveABacklogOfItsOwn) {
  ListenerOptions small = At("127.0.0.1:0", "health");
  small.listen_backlog = 3;
  small.accept_budget_per_tick = 1;
  auto server = Server::Start(On({At("127.0.0.1:0"), small}), Hello);
  ASSERT_TRUE(server.ok()) << server.status();
  const auto published =
      (*server)->limits().Update([](Limits* limits) { limits->listen_backlog = 9; });
  ASSERT_TRUE((*server)->WaitForLimits((*published)->version, 10000));
  const ServerStats stats = (*server)->Stats();
  EXPECT_EQ(stats.listeners[0].listen_backlog, 0u);
  EXPECT_EQ(stats.listeners[1].listen_backlog, 3u);
  for (const ReactorStats& reactor : stats.reactors) {
    EXPECT_EQ(reactor.listener_queues[0].queue.backlog_effective, 9u);
    EXPECT_EQ(reactor.listener_queues[1].queue.backlog_effective, 3u);
  }
  small.listen_backlog = 0;
  const absl::Status refused = Refusal(On({small}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("listen_backlog = 0 is out of range: 1 to 10000000"));
}

// While all serve.
TEST(ServerListenersTest, LimitsAreSetForOneListener) {
  ListenerOptions health = At("127.0.0.1:0", "health");
  health.listen_backlog = 3;
  auto server = Server::Start(On({At("127.0.0.1:0", "public"), health}), Hello);
  ASSERT_TRUE(server.ok()) << server.status();
  const auto change = [&server](LimitChange to, std::uint32_t first, std::uint32_t second) {
    LimitsUpdate update;
    update.changes = {std::move(to)};
    const auto published = (*server)->limits().Apply(update);
    ASSERT_TRUE(published.ok()) << published.status();
    ASSERT_TRUE((*server)->WaitForLimits((*published)->version, 10000));
    for (const ReactorStats& reactor : (*server)->Stats().reactors) {
      EXPECT_EQ(reactor.listener_queues[0].queue.backlog_effective, first);
      EXPECT_EQ(reactor.listener_queues[1].queue.backlog_effective, second);
    }
  };
  const LimitSpec* const backlog = FindLimitSpec("listen_backlog");
  change({backlog, 9}, 9, 3);
  change({backlog, 5, "public"}, 5, 3);
  EXPECT_EQ((*server)->Stats().listeners[0].listen_backlog, 5u);
  change({backlog, 4, "health"}, 5, 4);
  EXPECT_EQ((*server)->Stats().listeners[1].listen_backlog, 4u);
  EXPECT_EQ((*server)->listeners()[1].listen_backlog, 3u) << "as it began";
  change({backlog, std::nullopt, "health"}, 5, 3);
  change({FindLimitSpec("max_connections_per_listener"), 7, "public"}, 5, 3);
  EXPECT_EQ((*server)->Stats().listeners[0].max_connections_per_listener, 7u);
  EXPECT_EQ((*server)->Stats().listeners[1].max_connections_per_listener, std::nullopt);
  change({backlog, std::nullopt, "public"}, 9, 3);
}

TEST(ServerListenersTest, WarnsOfACappedBacklogOfOneListener) {
  if (ReadHostLimits().somaxconn >= 1'000'000) GTEST_SKIP() << "somaxconn does not cap here";
  ListenerOptions large = At("127.0.0.1:0", "large");
  large.listen_backlog = 1'000'000;
  auto server = Server::Start(On({At("127.0.0.1:0"), large}), Hello);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*server)->Stats().warnings,
              Contains(StartsWith("listener large: listen_backlog = 1000000 acts as ")));
}

TEST(ServerListenersTest, AListenerMayHaveAMaximumOfItsOwn) {
  ListenerOptions small = At("127.0.0.1:0", "health");
  small.max_connections_per_listener = 1;
  auto server = Server::Start(On({At("127.0.0.1:0"), small}), Hello);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ((*server)->listeners()[0].max_connections_per_listener, std::nullopt);
  EXPECT_EQ((*server)->listeners()[1].max_connections_per_listener, 1u);
  // Whichever reactors they come to.
  const std::uint16_t port = (*server)->listeners()[1].port;
  BlockingClient first(port);
  EXPECT_THAT(first.Ask(kGet), HasSubstr("hello"));
  for (int i = 0; i < 8; ++i) {
    EXPECT_THAT(BlockingClient(port).Ask(kGet), HasSubstr("max_connections_per_listener"));
    EXPECT_THAT(BlockingClient((*server)->port()).Ask(kGet), HasSubstr("hello"));
  }
  small.max_connections_per_listener = 10'000'001;
  EXPECT_THAT(std::string(Refusal(On({small})).message()),
              HasSubstr("max_connections_per_listener = 10000001 is out of range"));
}

TEST(ServerListenersTest, RefusesARangeOfBalancersThatIsNone) {
  ListenerOptions options = At("127.0.0.1:0");
  options.proxies = {"127.0.0.1", "balancer.example"};
  const absl::Status refused = Refusal(On({options}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("\"balancer.example\""));
}

TEST(ServerListenersTest, RefusesAnAddressThatIsInUse) {
  std::string address;
  {
    const auto other = Server::Start(On({At("127.0.0.1:0")}), Hello);
    ASSERT_TRUE(other.ok());
    address = (*other)->address();
    EXPECT_EQ(Refusal(On({At("127.0.0.1:0"), At(address)})).code(),
              absl::StatusCode::kAlreadyExists);
  }
  // Its own too.
  EXPECT_EQ(Refusal(On({At(address, "a"), At(address, "b")})).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(ServerListenersTest, RefusesNamesThatDoNotNameOne) {
  const absl::Status twice = Refusal(On({At("127.0.0.1:0", "a"), At("127.0.0.1:0", "a")}));
  EXPECT_EQ(twice.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(twice.message()), HasSubstr("two listeners have the name \"a\""));
  for (const std::string& name : {std::string("a b"), std::string("a\n"), std::string(65, 'a')}) {
    const absl::Status bad = Refusal(On({At("127.0.0.1:0", name)}));
    EXPECT_EQ(bad.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(bad.message()), StartsWith("listener name "));
  }
}

TEST(ServerListenersTest, RefusesTooMany) {
  const absl::Status refused = Refusal(On(std::vector<ListenerOptions>(65, At("127.0.0.1:0"))));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("65 listeners: give at most 64"));
}

TEST(ServerListenersTest, SaysWhichAddressIsMalformed) {
  const absl::Status refused = Refusal(On({At("127.0.0.1:0"), At("nowhere")}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("\"nowhere\""));
}

}  // namespace
}  // namespace weir
