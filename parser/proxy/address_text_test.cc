#include "weir/parser/proxy/address_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace weir {
namespace {

std::string Ipv4(std::string_view text) {
  std::uint8_t bytes[4] = {};
  if (!ReadIpv4(text, bytes)) return "refused";
  char spelt[INET_ADDRSTRLEN] = "";
  ::inet_ntop(AF_INET, bytes, spelt, sizeof(spelt));
  return spelt;
}

std::string Ipv6(std::string_view text) {
  std::uint8_t bytes[16] = {};
  if (!ReadIpv6(text, bytes)) return "refused";
  char spelt[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(AF_INET6, bytes, spelt, sizeof(spelt));
  return spelt;
}

TEST(AddressTextTest, ReadsIpv4) {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.200.30.4"}) {
    EXPECT_EQ(Ipv4(text), text);
  }
}

TEST(AddressTextTest, RefusesWhatIsNoIpv4) {
  for (const char* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.",
                           ".1.2.3",
                           "1..2.3",
                           "1.2.3.4.",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.00",
                           "1.2.3.-4",
                           "1.2.3.+4",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.0x4",
                           "1.2.3.a",
                           "1.2.3.99999",
                           "1.2.3.999999999999",
                           "::1"}) {
    EXPECT_EQ(Ipv4(text), "refused") << text;
  }
}

TEST(AddressTextTest, ReadsIpv6) {
  for (const char* text : {"::", "::1", "1::", "1::2", "2001:db8::ff00:42:8329", "fe80::1",
                           "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "::2:3:4:5:6:7:8"}) {
    EXPECT_NE(Ipv6(text), "refused") << text;
    std::uint8_t ours[16];
    in6_addr theirs{};
    ASSERT_TRUE(ReadIpv6(text, ours));
    ASSERT_EQ(::inet_pton(AF_INET6, text, &theirs), 1) << text;
    EXPECT_EQ(std::memcmp(ours, &theirs, 16), 0) << text;
  }
  EXPECT_EQ(Ipv6("2001:DB8:0:0:0:0:0:A"), "2001:db8::a");
  EXPECT_EQ(Ipv6("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(Ipv6("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
}

TEST(AddressTextTest, RefusesWhatIsNoIpv6) {
  for (const char* text : {"",
                           ":",
                           ":::",
                           "1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "12345::",
                           "g::",
                           "::1%lo",
                           "[::1]",
                           "1:2:3:4:5:6:7:",
                           ":1:2:3:4:5:6:7",
                           "::1.2.3",
                           "1.2.3.4::",
                           "::1.2.3.4:5",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "::01.2.3.4",
                           "127.0.0.1"}) {
    EXPECT_EQ(Ipv6(text), "refused") << text;
  }
}

TEST(AddressTextTest, ReadsPorts) {
  EXPECT_EQ(ReadPort("0"), 0);
  EXPECT_EQ(ReadPort("80"), 80);
  EXPECT_EQ(ReadPort("65535"), 65535);
  for (const char* text : {"", "65536", "99999", "100000", "080", "00", "-1", "+1", "1 ", "x"}) {
    EXPECT_FALSE(ReadPort(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace weir
