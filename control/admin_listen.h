// The listening sockets of the control plane.

#ifndef WEIR_CONTROL_ADMIN_LISTEN_H_
#define WEIR_CONTROL_ADMIN_LISTEN_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "weir/reactor/socket_address.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

// A Unix socket at the path. INTERNAL for an error of a system call.
absl::StatusOr<UniqueFd> ListenOnUnix(const std::string& path);

// A TCP socket that no other process shares. ALREADY_EXISTS where one has the address,
// INVALID_ARGUMENT where this host does not; INTERNAL otherwise.
absl::StatusOr<UniqueFd> ListenOnTcp(const SocketAddress& address);

// Where a TCP socket is bound: with the port that the kernel chose.
SocketAddress AddressOf(int fd) noexcept;

// Whose process connected this Unix socket: SO_PEERCRED (unix(7)). None if the kernel does not
// tell.
std::optional<uid_t> PeerUser(int fd) noexcept;

// A connection sends at once what is written: gRPC's own sockets do, those that are handed to it
// are not touched.
void SendAtOnce(int fd) noexcept;

}  // namespace weir

#endif  // WEIR_CONTROL_ADMIN_LISTEN_H_
