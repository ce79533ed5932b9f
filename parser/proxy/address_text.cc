#include "weir/parser/proxy/address_text.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace weir {
namespace {

constexpr std::size_t kIpv6Bytes = 16;

// A decimal of at most `most`, of 1 to 5 digits.
std::optional<std::uint32_t> ReadDecimal(std::string_view text, std::uint32_t most) noexcept {
  if (text.empty() || text.size() > 5) return {};
  if (text.front() == '0' && text.size() > 1) return {};
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > most) return {};
  return value;
}

// The value of a hexadecimal digit, or 16.
std::uint32_t HexValue(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<std::uint32_t>(lower - 'a' + 10) : 16;
}

bool ReadGroup(std::string_view text, std::uint8_t* bytes) noexcept {
  if (text.empty() || text.size() > 4) return false;
  std::uint32_t value = 0;
  for (const char c : text) {
    const std::uint32_t digit = HexValue(c);
    if (digit == 16) return false;
    value = value * 16 + digit;
  }
  bytes[0] = static_cast<std::uint8_t>(value >> 8);
  bytes[1] = static_cast<std::uint8_t>(value);
  return true;
}

// Groups with a colon between each two; none for "". How many bytes they make, at most 16. An IPv4
// address may be the last where `dotted`.
std::optional<std::size_t> ReadGroups(std::string_view text, bool dotted,
                                      std::uint8_t* bytes) noexcept {
  std::size_t size = 0;
  if (text.empty()) return size;
  while (true) {
    const std::size_t colon = text.find(':');
    const bool last = colon == std::string_view::npos;
    const std::string_view group = text.substr(0, colon);
    if (last && dotted && size + 4 <= kIpv6Bytes && ReadIpv4(group, bytes + size)) return size + 4;
    if (size + 2 > kIpv6Bytes || !ReadGroup(group, bytes + size)) return {};
    size += 2;
    if (last) return size;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

bool ReadIpv4(std::string_view text, std::uint8_t* bytes) noexcept {
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return false;
    const std::optional<std::uint32_t> part = ReadDecimal(text.substr(0, dot), 255);
    if (!part.has_value()) return false;
    bytes[i] = static_cast<std::uint8_t>(*part);
    if (i < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

bool ReadIpv6(std::string_view text, std::uint8_t* bytes) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ReadGroups(text, true, bytes) == kIpv6Bytes;
  std::uint8_t tail[kIpv6Bytes];
  const auto head_size = ReadGroups(text.substr(0, gap), false, bytes);
  const auto tail_size = ReadGroups(text.substr(gap + 2), true, tail);
  // "::" stands for at least one group.
  if (!head_size || !tail_size || *head_size + *tail_size > kIpv6Bytes - 2) return false;
  std::fill(bytes + *head_size, bytes + kIpv6Bytes - *tail_size, std::uint8_t{0});
  std::memcpy(bytes + kIpv6Bytes - *tail_size, tail, *tail_size);
  return true;
}

std::optional<std::uint16_t> ReadPort(std::string_view text) noexcept {
  const std::optional<std::uint32_t> port = ReadDecimal(text, 65535);
  if (!port.has_value()) return {};
  return static_cast<std::uint16_t>(*port);
}

}  // namespace weir
