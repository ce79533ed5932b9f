#include "weir/reactor/address_range.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::size_t kIpv4Bits = 32;
constexpr std::size_t kIpv6Bits = 128;
// ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

absl::Status Malformed(std::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", std::string(text),
      "\" is not a range of addresses: write \"10.0.0.0/8\", \"2001:db8::/32\", a single address, "
      "or \"unix\""));
}

struct Bits {
  int family = AF_UNSPEC;
  std::array<std::uint8_t, 16> bytes{};
};

Bits BitsOf(const SocketAddress& address) noexcept {
  Bits bits;
  bits.family = address.family();
  const std::string_view bytes = address.host_bytes();
  std::copy(bytes.begin(), bytes.end(), bits.bytes.begin());
  const bool mapped = bits.family == AF_INET6 &&
                      std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bits.bytes.begin());
  if (mapped) {
    bits.family = AF_INET;
    std::copy(bits.bytes.begin() + 12, bits.bytes.end(), bits.bytes.begin());
    std::fill(bits.bytes.begin() + 4, bits.bytes.end(), std::uint8_t{0});
  }
  return bits;
}

// Whether the first `bits` of both are the same.
bool SamePrefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                std::size_t bits) noexcept {
  if (std::memcmp(a.data(), b.data(), bits / 8) != 0) return false;
  if (bits % 8 == 0) return true;
  return (a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8) == 0;
}

}  // namespace

absl::StatusOr<AddressRange> AddressRange::Parse(std::string_view text) {
  AddressRange range;
  if (text == "unix") {
    range.family_ = AF_UNIX;
    return range;
  }
  const std::size_t slash = text.find('/');
  const std::string host(text.substr(0, slash));
  const bool ipv6 = host.find(':') != std::string::npos;
  const auto address = SocketAddress::Parse(ipv6 ? absl::StrCat("[", host, "]:0") : host + ":0");
  if (!address.ok()) return Malformed(text);
  const Bits first = BitsOf(*address);
  if (ipv6 && first.family == AF_INET) return Malformed(text);  // written as IPv4, it is clear
  const std::size_t most = ipv6 ? kIpv6Bits : kIpv4Bits;
  range.bits_ = most;
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.bits_);
    if (error != std::errc() || end != bits.data() + bits.size() || range.bits_ > most) {
      return Malformed(text);
    }
  }
  range.family_ = first.family;
  range.prefix_ = first.bytes;
  for (std::size_t bit = range.bits_; bit < most; ++bit) {
    if ((first.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      return absl::InvalidArgumentError(absl::StrCat("\"", std::string(text),
                                                     "\" has bits set behind its ", range.bits_,
                                                     ": write the first address of the range"));
    }
  }
  return range;
}

bool AddressRange::Contains(const SocketAddress& address) const noexcept {
  if (family_ == AF_UNIX) return address.family() == AF_UNIX;
  const Bits bits = BitsOf(address);
  return bits.family == family_ && SamePrefix(bits.bytes, prefix_, bits_);
}

}  // namespace weir
