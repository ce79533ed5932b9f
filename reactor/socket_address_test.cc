#include "weir/reactor/socket_address.h"

#include <gtest/gtest.h>

#include <cstring>

namespace weir {
namespace {

TEST(SocketAddressTest, ParsesAndPrints) {
  for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80",
                           "[::]:0", "[2001:db8::1]:443"}) {
    const auto address = SocketAddress::Parse(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(SocketAddressTest, RefusesWithAnExample) {
  for (const char* text : {"", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:8x", "localhost:80", "::1:80",
                           "[::1]", "[::1:80", "[127.0.0.1]:80", "1.2.3:80", "127.0.0.1 :80"}) {
    const auto address = SocketAddress::Parse(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(address.status().message().find("127.0.0.1:8080"), absl::string_view::npos);
  }
}

TEST(SocketAddressTest, ADefaultOneIsUnknown) {
  EXPECT_EQ(SocketAddress().ToString(), "unknown");
  EXPECT_EQ(SocketAddress().port(), 0);
  sockaddr_storage other{};
  other.ss_family = AF_NETLINK;
  EXPECT_EQ(SocketAddress::From(other).ToString(), "unknown");
  other.ss_family = AF_UNIX;
  EXPECT_EQ(SocketAddress::From(other).ToString(), "unix");
}

TEST(SocketAddressTest, TakesWhatTheKernelWrote) {
  const auto address = SocketAddress::Parse("[::1]:443");
  sockaddr_storage storage{};
  std::memcpy(&storage, address->get(), address->size());
  EXPECT_EQ(SocketAddress::From(storage).ToString(), "[::1]:443");
}

TEST(SocketAddressTest, TellsHostsApart) {
  const auto at = [](const char* text) { return *SocketAddress::Parse(text); };
  EXPECT_TRUE(at("127.0.0.1:1").SameHost(at("127.0.0.1:2")));
  EXPECT_FALSE(at("127.0.0.1:1").SameHost(at("127.0.0.2:1")));
  EXPECT_TRUE(at("[::1]:1").SameHost(at("[::1]:2")));
  EXPECT_FALSE(at("[::1]:1").SameHost(at("[::2]:1")));
  EXPECT_FALSE(at("[::]:1").SameHost(at("0.0.0.0:1")));
  EXPECT_TRUE(at("0.0.0.0:1").is_wildcard());
  EXPECT_TRUE(at("[::]:1").is_wildcard());
  EXPECT_FALSE(at("127.0.0.1:1").is_wildcard());
  EXPECT_FALSE(at("[::1]:1").is_wildcard());
  EXPECT_FALSE(SocketAddress().is_wildcard());
}

}  // namespace
}  // namespace weir
