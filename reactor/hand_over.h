// Connections that leave HTTP: after Upgrade or CONNECT the socket is the service's.

#ifndef WEIR_REACTOR_HAND_OVER_H_
#define WEIR_REACTOR_HAND_OVER_H_

#include <functional>
#include <string>
#include <string_view>

#include "weir/reactor/socket_address.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

class Request;

// A connection that a service takes over from Weir.
struct HandedOver {
  // Non-blocking (O_NONBLOCK); TCP_NODELAY is set on TCP. Invalid: the connection ended before the
  // answer was sent, and there is nothing to take over.
  UniqueFd socket;
  // What has come behind the request's head and content: the first bytes of the new protocol. Weir
  // never looks at them; the rest is still in the socket.
  std::string early_bytes;
  // The other end, as accept4(2) told it.
  SocketAddress peer;
};

// Called exactly once, in the reactor's thread, which must not be blocked: move the connection to
// where it is served and return. An exception closes it; handler_exceptions counts it. Where the
// connection has ended before ResponseWriter was used in another thread, it may be called in that
// thread, before the writer returns.
using NewOwner = std::function<void(HandedOver connection)>;

// Whether the request asks for `protocol`, by Upgrade together with Connection: upgrade in HTTP/1.1
// (RFC 9110 section 7.8), without regard to case. A server must not switch to a protocol that was
// not asked for. `protocol` is as in the field: "websocket", "name/version". Any thread.
bool OffersUpgrade(const Request& request, std::string_view protocol) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_HAND_OVER_H_
