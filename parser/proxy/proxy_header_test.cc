#include "weir/parser/proxy/proxy_header.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "weir/parser/proxy/proxy_block.h"

namespace weir {
namespace {

using std::string_literals::operator""s;

constexpr std::size_t kMaxBytes = 1024;
constexpr char kLine[] = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

// The answer for all of it. Each prefix must be given the same answer, or none yet.
ProxyHeader Parse(const std::string& bytes, std::size_t max_bytes = kMaxBytes) {
  const ProxyHeader whole = ParseProxyHeader(bytes, max_bytes);
  bool answered = false;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    // Memory of just this size, so that AddressSanitizer sees a byte beyond.
    const std::unique_ptr<char[]> exact(new char[size]);
    bytes.copy(exact.get(), size);
    const ProxyHeader part = ParseProxyHeader({exact.get(), size}, max_bytes);
    if (part.status == ProxyStatus::kIncomplete) {
      EXPECT_FALSE(answered) << size << " bytes: there was an answer for fewer";
      continue;
    }
    answered = true;
    EXPECT_EQ(part.status, whole.status) << size << " bytes";
    EXPECT_EQ(part.size, whole.size) << size << " bytes";
    EXPECT_EQ(part.error, whole.error) << size << " bytes";
    EXPECT_EQ(part.error_offset, whole.error_offset) << size << " bytes";
    EXPECT_EQ(part.source.bytes, whole.source.bytes) << size << " bytes";
    EXPECT_GE(size, part.size);
    if (part.status == ProxyStatus::kError) {
      EXPECT_GT(size, part.error_offset);
    }
  }
  return whole;
}

void ExpectError(const std::string& bytes, ProxyError error, std::size_t offset,
                 std::size_t max_bytes = kMaxBytes) {
  const ProxyHeader header = Parse(bytes, max_bytes);
  EXPECT_EQ(header.status, ProxyStatus::kError) << bytes;
  EXPECT_EQ(Name(header.error), Name(error)) << bytes;
  EXPECT_EQ(header.error_offset, offset) << bytes;
}

void ExpectNoAddresses(const std::string& bytes, std::size_t size) {
  const ProxyHeader header = Parse(bytes);
  EXPECT_EQ(header.status, ProxyStatus::kComplete) << Name(header.error);
  EXPECT_EQ(header.size, size);
  EXPECT_EQ(header.family, ProxyFamily::kNone);
}

TEST(ProxyLineTest, ReadsIpv4) {
  const ProxyHeader header = Parse(std::string(kLine) + "GET / HTTP/1.1\r\n");
  EXPECT_EQ(header.status, ProxyStatus::kComplete);
  EXPECT_EQ(header.size, sizeof(kLine) - 1);
  EXPECT_EQ(header.version, 1);
  EXPECT_EQ(header.family, ProxyFamily::kIpv4);
  const std::array<std::uint8_t, 16> source = {192, 0, 2, 1};
  const std::array<std::uint8_t, 16> destination = {198, 51, 100, 2};
  EXPECT_EQ(header.source.bytes, source);
  EXPECT_EQ(header.source.port, 56324);
  EXPECT_EQ(header.destination.bytes, destination);
  EXPECT_EQ(header.destination.port, 443);
}

TEST(ProxyLineTest, ReadsIpv6) {
  const ProxyHeader header = Parse("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.9 1 65535\r\n");
  EXPECT_EQ(header.status, ProxyStatus::kComplete);
  EXPECT_EQ(header.family, ProxyFamily::kIpv6);
  const std::array<std::uint8_t, 16> source = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0,
                                               0,    0, 0,   0,    0, 0, 0, 1};
  EXPECT_EQ(header.source.bytes, source);
  EXPECT_EQ(header.destination.bytes[15], 9);
  EXPECT_EQ(header.destination.port, 65535);
}

TEST(ProxyLineTest, TheLongestLineFits) {
  const std::string groups = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  EXPECT_EQ(Parse("PROXY TCP6 " + groups + " " + groups + " 65535 65535\r\n").size, 104u);
  ExpectNoAddresses("PROXY UNKNOWN " + groups + " " + groups + " 65535 65535\r\n", 107);
}

TEST(ProxyLineTest, UnknownIsAnyLineOfThatWord) {
  ExpectNoAddresses("PROXY UNKNOWN\r\n", 15);
  ExpectNoAddresses("PROXY UNKNOWN \0 any\x80 thing\r\nGET"s, 28);
}

TEST(ProxyLineTest, RefusesAnotherBeginning) {
  ExpectError("GET / HTTP/1.1\r\n", ProxyError::kSignature, 0);
  ExpectError("PRI * HTTP/2.0\r\n", ProxyError::kSignature, 2);
  ExpectError("PROXY\tTCP4 ", ProxyError::kSignature, 5);
  ExpectError("proxy TCP4 ", ProxyError::kSignature, 0);
  ExpectError("\x16\x03\x01", ProxyError::kSignature, 0);
}

TEST(ProxyLineTest, RefusesAnotherLineEnd) {
  ExpectError("PROXY UNKNOWN\n", ProxyError::kLineEnd, 13);
  ExpectError("PROXY UNKNOWN\rX", ProxyError::kLineEnd, 14);
  ExpectError("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n", ProxyError::kLineEnd, 37);
  ExpectError("PROXY UNKNOWN " + std::string(93, 'x'), ProxyError::kLineEnd, 106);
  // The CR is the last byte that there may be.
  ExpectError("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", ProxyError::kLineEnd, 106);
  ExpectNoAddresses("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", 107);
}

TEST(ProxyLineTest, RefusesAnotherProtocol) {
  for (const char* line :
       {"PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY  TCP4 1.2.3.4\r\n", "PROXY \r\n",
        "PROXY UNKNOWNS\r\n", "PROXY TCP4\t1.2.3.4\r\n"}) {
    ExpectError(line, ProxyError::kProtocol, 6);
  }
}

TEST(ProxyLineTest, RefusesWhatIsNoAddressOfItsFamily) {
  ExpectError("PROXY TCP4\r\n", ProxyError::kAddress, 10);
  ExpectError("PROXY TCP4 \r\n", ProxyError::kAddress, 11);
  ExpectError("PROXY TCP4 ::1 1.2.3.4 1 2\r\n", ProxyError::kAddress, 11);
  ExpectError("PROXY TCP6 1.2.3.4 ::1 1 2\r\n", ProxyError::kAddress, 11);
  ExpectError("PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n", ProxyError::kAddress, 11);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.256 1 2\r\n", ProxyError::kAddress, 19);
  ExpectError("PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n", ProxyError::kAddress, 19);
  ExpectError("PROXY TCP4 1.2.3.4\r\n", ProxyError::kAddress, 18);
}

TEST(ProxyLineTest, RefusesWhatIsNoPort) {
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n", ProxyError::kPort, 27);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", ProxyError::kPort, 27);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n", ProxyError::kPort, 29);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", ProxyError::kPort, 28);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 1 -2\r\n", ProxyError::kPort, 29);
}

TEST(ProxyLineTest, RefusesWhatFollowsThePorts) {
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n", ProxyError::kTrailing, 30);
  ExpectError("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", ProxyError::kTrailing, 30);
}

// A header of version 2.
std::string Block(int version_command, int family, const std::string& rest) {
  std::string block = "\r\n\r\n\0\r\nQUIT\n"s;
  block += static_cast<char>(version_command);
  block += static_cast<char>(family);
  block += static_cast<char>(rest.size() >> 8);
  block += static_cast<char>(rest.size());
  return block + rest;
}

std::string Tlv(int type, const std::string& value) {
  std::string tlv(1, static_cast<char>(type));
  tlv += static_cast<char>(value.size() >> 8);
  tlv += static_cast<char>(value.size());
  return tlv + value;
}

const std::string kIpv4Block = "\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"s;

TEST(ProxyBlockTest, ReadsIpv4) {
  for (const int family : {0x11, 0x12}) {
    const ProxyHeader header = Parse(Block(0x21, family, kIpv4Block) + "GET");
    EXPECT_EQ(header.status, ProxyStatus::kComplete);
    EXPECT_EQ(header.size, 28u);
    EXPECT_EQ(header.version, 2);
    EXPECT_EQ(header.family, ProxyFamily::kIpv4);
    const std::array<std::uint8_t, 16> source = {192, 0, 2, 1};
    const std::array<std::uint8_t, 16> destination = {198, 51, 100, 2};
    EXPECT_EQ(header.source.bytes, source);
    EXPECT_EQ(header.source.port, 56324);
    EXPECT_EQ(header.destination.bytes, destination);
    EXPECT_EQ(header.destination.port, 443);
  }
}

TEST(ProxyBlockTest, ReadsIpv6) {
  std::string addresses(36, '\0');
  for (int i = 0; i < 36; ++i) addresses[static_cast<std::size_t>(i)] = static_cast<char>(i);
  const ProxyHeader header = Parse(Block(0x21, 0x21, addresses));
  EXPECT_EQ(header.family, ProxyFamily::kIpv6);
  for (std::uint8_t i = 0; i < 16; ++i) {
    EXPECT_EQ(header.source.bytes[i], i);
    EXPECT_EQ(header.destination.bytes[i], 16 + i);
  }
  EXPECT_EQ(header.source.port, 32 * 256 + 33);
  EXPECT_EQ(header.destination.port, 34 * 256 + 35);
}

TEST(ProxyBlockTest, HasNoAddressesWhereTheyDoNotCount) {
  ExpectNoAddresses(Block(0x20, 0x00, ""), 16);
  ExpectNoAddresses(Block(0x20, 0xff, "any thing"), 25);  // of LOCAL even the family is ignored
  ExpectNoAddresses(Block(0x20, 0x11, kIpv4Block), 28);
  ExpectNoAddresses(Block(0x21, 0x00, "any thing"), 25);
  ExpectNoAddresses(Block(0x21, 0x10, kIpv4Block), 28);
  ExpectNoAddresses(Block(0x21, 0x31, std::string(216, 'u')), 232);
}

TEST(ProxyBlockTest, RefusesAnotherSignature) {
  const std::string good = Block(0x21, 0x11, kIpv4Block);
  for (std::size_t i = 1; i < 12; ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    ExpectError(bad, ProxyError::kSignature, i);
  }
  ExpectError("\r\nGET / HTTP/1.1\r\n", ProxyError::kSignature, 2);
}

TEST(ProxyBlockTest, RefusesWhatIsNotAssigned) {
  for (const int version : {0x01, 0x11, 0x31, 0xf1}) {
    ExpectError(Block(version, 0x11, kIpv4Block), ProxyError::kVersion, 12);
  }
  for (const int command : {0x22, 0x2f}) {
    ExpectError(Block(command, 0x11, kIpv4Block), ProxyError::kCommand, 12);
  }
  for (const int family : {0x13, 0x1f, 0x41, 0xf1, 0x03, 0x40}) {
    ExpectError(Block(0x21, family, kIpv4Block), ProxyError::kFamily, 13);
  }
}

TEST(ProxyBlockTest, RefusesALengthThatDoesNotFit) {
  ExpectError(Block(0x21, 0x11, std::string(11, 'a')), ProxyError::kAddressMissing, 14);
  ExpectError(Block(0x21, 0x21, std::string(35, 'a')), ProxyError::kAddressMissing, 14);
  ExpectError(Block(0x21, 0x31, std::string(215, 'a')), ProxyError::kAddressMissing, 14);
  const std::string padded = Block(0x21, 0x11, kIpv4Block + Tlv(4, std::string(9, '\0')));
  EXPECT_EQ(Parse(padded, 40).size, 40u);
  ExpectError(padded, ProxyError::kTooLong, 14, 39);
  ExpectError(Block(0x20, 0x00, std::string(24, '\0')), ProxyError::kTooLong, 14, 39);
}

TEST(ProxyBlockTest, SkipsTlvsThatFit) {
  const std::string tlvs = Tlv(1, "h2") + Tlv(0x20, "anything") + Tlv(4, "") + Tlv(0xff, "x");
  EXPECT_EQ(Parse(Block(0x21, 0x11, kIpv4Block + tlvs)).size, 28 + tlvs.size());
  EXPECT_EQ(Parse(Block(0x21, 0x31, std::string(216, 'u') + tlvs)).size, 232 + tlvs.size());
}

TEST(ProxyBlockTest, RefusesTlvsThatDoNotFit) {
  ExpectError(Block(0x21, 0x11, kIpv4Block + "\x04"), ProxyError::kTlv, 28);
  ExpectError(Block(0x21, 0x11, kIpv4Block + "\x04\0"s), ProxyError::kTlv, 28);
  ExpectError(Block(0x21, 0x11, kIpv4Block + "\x04\0\x02x"s), ProxyError::kTlv, 28);
  ExpectError(Block(0x21, 0x11, kIpv4Block + Tlv(4, "") + "\x04\xff\xff"), ProxyError::kTlv, 31);
}

// RFC 9260 appendix A does not have values; these are of RFC 3720 appendix B.4.
TEST(ProxyBlockTest, Crc32cOfKnownBytes) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c("6789", Crc32c("12345")), 0xe3069283u);
}

std::string WithChecksum(const std::string& before, const std::string& after) {
  std::string block = Block(0x21, 0x11, kIpv4Block + before + Tlv(3, "\0\0\0\0"s) + after);
  const std::uint32_t crc = Crc32c(block);
  const std::size_t at = 28 + before.size() + 3;
  for (std::size_t i = 0; i < 4; ++i) block[at + i] = static_cast<char>(crc >> (24 - 8 * i));
  return block;
}

TEST(ProxyBlockTest, HoldsTheHeaderToItsChecksum) {
  for (const std::string& good :
       {WithChecksum("", ""), WithChecksum(Tlv(1, "h2"), Tlv(4, "pad"))}) {
    EXPECT_EQ(Parse(good).status, ProxyStatus::kComplete);
    std::string bad = good;
    bad[17] ^= 1;  // an address
    EXPECT_EQ(Parse(bad).error, ProxyError::kChecksum);
  }
  std::string bad = WithChecksum("", "");
  bad.back() ^= 1;
  ExpectError(bad, ProxyError::kChecksum, 28);
}

TEST(ProxyBlockTest, RefusesAChecksumThatIsNone) {
  ExpectError(Block(0x21, 0x11, kIpv4Block + Tlv(3, "abc")), ProxyError::kChecksumInvalid, 28);
  ExpectError(Block(0x21, 0x11, kIpv4Block + Tlv(3, "abcde")), ProxyError::kChecksumInvalid, 28);
  const std::string once = WithChecksum("", Tlv(3, "\0\0\0\0"s));
  ExpectError(once, ProxyError::kChecksumInvalid, 35);
}

TEST(ProxyHeaderTest, HasANameForEveryError) {
  for (std::size_t i = 0; i < kProxyErrorCount; ++i) {
    EXPECT_FALSE(Name(static_cast<ProxyError>(i)).empty());
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(Name(static_cast<ProxyError>(i)), Name(static_cast<ProxyError>(j)));
    }
  }
}

}  // namespace
}  // namespace weir
