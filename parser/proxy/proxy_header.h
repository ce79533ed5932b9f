// The PROXY protocol, versions 1 and 2: what a balancer says of a connection before its first byte.

#ifndef WEIR_PARSER_PROXY_PROXY_HEADER_H_
#define WEIR_PARSER_PROXY_PROXY_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// Sections are those of doc/proxy-protocol.txt of HAProxy. The values are dense from 0, so arrays
// of counters are indexed by them.
enum class ProxyError : std::uint8_t {
  kNone = 0,
  kSignature,        // neither "PROXY " nor the signature of version 2 (2.2)
  kLineEnd,          // version 1: CR without LF, LF without CR, or neither in 107 bytes (2.1)
  kProtocol,         // version 1: not TCP4, TCP6 or UNKNOWN (2.1)
  kAddress,          // version 1: not an address of that family, as the section writes it (2.1)
  kPort,             // version 1: not a decimal of 0 to 65535 without leading zeros (2.1)
  kTrailing,         // version 1: bytes between the last port and the CRLF (2.1)
  kVersion,          // version 2: another version (2.2)
  kCommand,          // version 2: neither LOCAL nor PROXY (2.2)
  kFamily,           // version 2: an address family or transport that is not assigned (2.2)
  kAddressMissing,   // version 2: the length leaves no room for the family's addresses (2.2)
  kTooLong,          // version 2: longer than the receiver allows
  kTlv,              // version 2: a TLV ends behind the header (2.2)
  kChecksumInvalid,  // version 2: the TLV of the checksum is not of 4 bytes, or is repeated (2.2.3)
  kChecksum,         // version 2: the checksum is another (2.2.3)
};
inline constexpr std::size_t kProxyErrorCount = static_cast<std::size_t>(ProxyError::kChecksum) + 1;

// snake_case: "signature". Any thread.
std::string_view Name(ProxyError error) noexcept;

// An IP address and port as the header has it; bytes in network order, four of them for IPv4.
struct ProxyAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;
};

enum class ProxyFamily : std::uint8_t {
  kNone,  // UNKNOWN, LOCAL, UNSPEC or Unix addresses: the connection's own ends count
  kIpv4,
  kIpv6,
};

enum class ProxyStatus : std::uint8_t { kIncomplete, kComplete, kError };

struct ProxyHeader {
  ProxyStatus status = ProxyStatus::kIncomplete;
  std::size_t size = 0;  // kComplete: bytes of the header; what follows is the client's
  std::uint8_t version = 0;
  ProxyFamily family = ProxyFamily::kNone;
  ProxyAddress source;       // the client; unless kNone
  ProxyAddress destination;  // what the client connected to; unless kNone
  ProxyError error = ProxyError::kNone;
  std::size_t error_offset = 0;  // kError: of the first byte that can't be right
};

// The longest line of version 1, its CRLF included.
inline constexpr std::size_t kMaxProxyLineBytes = 107;

// Reads the header at the beginning of `bytes`, which are all that has been received. A function of
// them alone: of kIncomplete ask again with more. Any prefix that no header of `max_bytes` could
// begin with is an error at once, but addresses of version 1 are judged with their line, and those
// of version 2 with the whole header, as the specification demands. TLVs must fit; but for the
// checksum they are not interpreted, and the block of LOCAL and of AF_UNSPEC is skipped unread.
// `max_bytes` bounds version 2; version 1 has its own bound.
ProxyHeader ParseProxyHeader(std::string_view bytes, std::size_t max_bytes) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_PROXY_PROXY_HEADER_H_
