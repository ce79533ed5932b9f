// Clients that wait in a listener's SYN queue.

#ifndef WEIR_REACTOR_TESTING_HALF_OPEN_H_
#define WEIR_REACTOR_TESTING_HALF_OPEN_H_

#include <cstdint>

#include "weir/reactor/testing/test_client.h"

namespace weir::test {

// A client whose handshake does not end: it never sees the SYN-ACK, by a socket filter that drops
// all (SO_ATTACH_FILTER). The listener has a half-open connection as long as this lives.
TestClient ConnectHalfOpen(std::uint16_t port, int family);

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_HALF_OPEN_H_
