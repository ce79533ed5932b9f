// An IP address and port, or a Unix socket without its name.

#ifndef WEIR_REACTOR_SOCKET_ADDRESS_H_
#define WEIR_REACTOR_SOCKET_ADDRESS_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace weir {

// IPv4, IPv6 or Unix; a value type of 28 bytes. A default one has no family, and prints as
// "unknown".
class SocketAddress {
 public:
  SocketAddress() noexcept : ipv6_{} {}

  // "127.0.0.1:8080" or "[::1]:8080", numeric, port 0 to 65535. INVALID_ARGUMENT says what is
  // wrong, with an example.
  static absl::StatusOr<SocketAddress> Parse(std::string_view text);
  // What accept4(2) or getsockname(2) wrote. Of a Unix socket only the family is kept: it prints as
  // "unix". Other families give a default address.
  static SocketAddress From(const sockaddr_storage& storage) noexcept;

  // AF_INET with 4 bytes, or AF_INET6 with 16, in network order.
  static SocketAddress FromBytes(int family, const std::uint8_t* bytes,
                                 std::uint16_t port) noexcept;

  // "127.0.0.1:8080", "[::1]:8080".
  std::string ToString() const;

  int family() const noexcept { return any_.sa_family; }
  std::uint16_t port() const noexcept;
  // 0.0.0.0 or [::].
  bool is_wildcard() const noexcept;
  // Whether both are the same address, whatever their ports.
  bool SameHost(const SocketAddress& other) const noexcept;
  // The address without the port: 4 bytes, 16, or none.
  std::string_view host_bytes() const noexcept;
  const sockaddr* get() const noexcept { return &any_; }
  socklen_t size() const noexcept;

 private:
  union {
    sockaddr any_;
    sockaddr_in ipv4_;
    sockaddr_in6 ipv6_;
  };
};

}  // namespace weir

#endif  // WEIR_REACTOR_SOCKET_ADDRESS_H_
