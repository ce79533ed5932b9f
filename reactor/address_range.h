// A range of peers' addresses.

#ifndef WEIR_REACTOR_ADDRESS_RANGE_H_
#define WEIR_REACTOR_ADDRESS_RANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "weir/reactor/socket_address.h"

namespace weir {

// The addresses that begin with the same bits (RFC 4632 section 3.1), or all Unix sockets. An IPv4
// client of an IPv6 listener, ::ffff:192.0.2.1, is an IPv4 address here. A value type.
class AddressRange {
 public:
  // "10.0.0.0/8", "2001:db8::/32", "192.0.2.1" (this one alone) or "unix". INVALID_ARGUMENT says
  // what is wrong; bits set behind the prefix are, since they mean that something else was meant.
  static absl::StatusOr<AddressRange> Parse(std::string_view text);

  // Whether the address is one of them, whatever its port.
  bool Contains(const SocketAddress& address) const noexcept;

 private:
  int family_ = AF_UNSPEC;  // AF_INET, AF_INET6 or AF_UNIX
  std::array<std::uint8_t, 16> prefix_{};
  std::size_t bits_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_ADDRESS_RANGE_H_
