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

TEST(SocketAddressTest, OfAUnixSocketTheFamilyIsKept) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  const SocketAddress address = SocketAddress::From(storage);
  EXPECT_EQ(address.ToString(), "unix");
  EXPECT_EQ(address.family(), AF_UNIX);
  EXPECT_EQ(address.port(), 0);
  EXPECT_TRUE(address.host_bytes().empty());
}

TEST(SocketAddressTest, IsMadeOfBytes) {
  const std::uint8_t bytes[16] = {192, 0, 2, 7};
  EXPECT_EQ(SocketAddress::FromBytes(AF_INET, bytes, 80).ToString(), "192.0.2.7:80");
  const SocketAddress ipv6 = SocketAddress::FromBytes(AF_INET6, bytes, 443);
  EXPECT_EQ(ipv6.ToString(), "[c000:207::]:443");
  EXPECT_EQ(ipv6.host_bytes().size(), 16u);
  EXPECT_EQ(SocketAddress::Parse(ipv6.ToString())->host_bytes(), ipv6.host_bytes());
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
