#include "weir/reactor/address_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

bool Holds(const std::string& range, const std::string& address) {
  const auto parsed = AddressRange::Parse(range);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed->Contains(*SocketAddress::Parse(address));
}

TEST(AddressRangeTest, HoldsWhatBeginsWithItsBits) {
  EXPECT_TRUE(Holds("10.0.0.0/8", "10.255.0.1:80"));
  EXPECT_FALSE(Holds("10.0.0.0/8", "11.0.0.1:80"));
  EXPECT_TRUE(Holds("192.0.2.128/25", "192.0.2.128:1"));
  EXPECT_FALSE(Holds("192.0.2.128/25", "192.0.2.127:1"));
  EXPECT_TRUE(Holds("0.0.0.0/0", "203.0.113.9:1"));
  EXPECT_TRUE(Holds("2001:db8::/33", "[2001:db8:7fff::1]:1"));
  EXPECT_FALSE(Holds("2001:db8::/33", "[2001:db8:8000::1]:1"));
  EXPECT_TRUE(Holds("::/0", "[::1]:1"));
}

TEST(AddressRangeTest, ASingleAddressIsARange) {
  EXPECT_TRUE(Holds("192.0.2.1", "192.0.2.1:80"));
  EXPECT_FALSE(Holds("192.0.2.1", "192.0.2.2:80"));
  EXPECT_TRUE(Holds("::1", "[::1]:80"));
  EXPECT_FALSE(Holds("::1", "[::2]:80"));
}

TEST(AddressRangeTest, FamiliesAreApart) {
  EXPECT_FALSE(Holds("::/0", "127.0.0.1:1"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "[::1]:1"));
  EXPECT_TRUE(Holds("127.0.0.0/8", "[::ffff:127.0.0.1]:1")) << "an IPv4 client of an IPv6 listener";
  EXPECT_FALSE(Holds("::/0", "[::ffff:127.0.0.1]:1"));
  EXPECT_FALSE(AddressRange::Parse("::/0")->Contains(SocketAddress()));
}

TEST(AddressRangeTest, UnixSocketsAreOne) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  const SocketAddress unix_peer = SocketAddress::From(storage);
  EXPECT_TRUE(AddressRange::Parse("unix")->Contains(unix_peer));
  EXPECT_FALSE(AddressRange::Parse("0.0.0.0/0")->Contains(unix_peer));
  EXPECT_FALSE(Holds("unix", "127.0.0.1:1"));
}

TEST(AddressRangeTest, RefusesWhatIsNoRange) {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ",
                           "10.0.0/8", "::/129", "::g/8", "localhost", "10.0.0.0:80", "Unix",
                           "::ffff:10.0.0.0/104", "[::1]", "10.0.0.0/8/8"}) {
    const auto range = AddressRange::Parse(text);
    EXPECT_EQ(range.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  const auto bits = AddressRange::Parse("10.0.0.1/8");
  EXPECT_THAT(std::string(bits.status().message()), testing::HasSubstr("behind its 8"));
}

}  // namespace
}  // namespace weir
