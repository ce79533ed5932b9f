// What a server is to listen on.

#ifndef WEIR_REACTOR_LISTENER_OPTIONS_H_
#define WEIR_REACTOR_LISTENER_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

// One listener of a server. An IP address has a socket for each reactor, among which the kernel
// spreads connections; a Unix socket is one, and whichever reactor is free takes what comes. A
// plain value.
struct ListenerOptions {
  // "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0". A numeric address and a port; port 0 lets the
  // kernel choose one, and Server::listeners() tells it. Names are not resolved. Or "unix:/PATH",
  // an absolute path of at most 90 bytes: a socket that nobody listens on any more is replaced; it
  // is removed when the server ends. ServerOptions::share_address does not concern it.
  std::string address;
  // What statistics, events and warnings call it: 1 to 64 of A-Z a-z 0-9 and "-._:[]/@", and like
  // no other. "": its address.
  std::string name;
  // Who may connect to a Unix socket, as chmod(2) takes it: whoever may write to it.
  unsigned unix_mode = 0660;
  // Whether an IPv6 address means IPv6 alone. Otherwise "[::]" takes IPv4 clients too, whose
  // addresses then look like ::ffff:192.0.2.1 (ipv6(7), IPV6_V6ONLY).
  bool ipv6_only = true;
  // The balancers that speak the PROXY protocol here, version 1 or 2: "10.0.0.0/8", "::1", or
  // "unix" for whoever connects to a Unix socket. None: nobody does. What Limits::proxy_protocol
  // says then holds: by default each connection from one of these must begin with a PROXY header,
  // and others are refused. Request::client() is the client that the header names.
  std::vector<std::string> proxies;
  // The limits of these names for this listener, in their ranges: what LimitLayer::kCode sets for
  // it, above all that is set for the server. Others can be set for it while it serves
  // (LimitChange::listener).
  std::optional<std::uint64_t> listen_backlog;
  std::optional<std::uint64_t> accept_budget_per_tick;
  std::optional<std::uint64_t> max_connections_per_listener;  // 0: as many as the server may have
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTENER_OPTIONS_H_
