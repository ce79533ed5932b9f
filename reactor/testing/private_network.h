// A network namespace of the test's own, where no other socket is and sysctls are its own.

#ifndef WEIR_REACTOR_TESTING_PRIVATE_NETWORK_H_
#define WEIR_REACTOR_TESTING_PRIVATE_NETWORK_H_

#include <cstdint>

#include "weir/reactor/testing/test_client.h"

namespace weir::test {

// Moves the calling thread, and threads that it starts, into a new network namespace with a working
// loopback (network_namespaces(7)); where that needs a privilege that is missing, into a new user
// namespace too, which only a process of one thread may do. The namespace ends with the process.
// False, with the cause on stderr, where neither is allowed: skip then.
bool EnterPrivateNetwork();

// A client whose handshake does not end: it never sees the SYN-ACK, by a socket filter that drops
// all (SO_ATTACH_FILTER). The listener has a half-open connection as long as this lives.
TestClient ConnectHalfOpen(std::uint16_t port, int family);

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_PRIVATE_NETWORK_H_
