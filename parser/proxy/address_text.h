// Addresses and ports as text, in the one spelling that the PROXY protocol allows.

#ifndef WEIR_PARSER_PROXY_ADDRESS_TEXT_H_
#define WEIR_PARSER_PROXY_ADDRESS_TEXT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

// Four decimals of 0 to 255 without leading zeros. Writes 4 bytes, in network order.
bool ReadIpv4(std::string_view text, std::uint8_t* bytes) noexcept;

// Eight groups of 1 to 4 hexadecimal digits, of which one "::" may stand for one or more that are
// 0, and the last two may be written as an IPv4 address (RFC 4291 section 2.2; what inet_ntop(3)
// makes of ::ffff:0:0/96). Writes 16 bytes.
bool ReadIpv6(std::string_view text, std::uint8_t* bytes) noexcept;

// 0 to 65535, decimal, without leading zeros.
std::optional<std::uint16_t> ReadPort(std::string_view text) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_PROXY_ADDRESS_TEXT_H_
