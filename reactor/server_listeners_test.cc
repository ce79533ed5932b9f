// A whole server on several addresses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::BlockingClient;
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
