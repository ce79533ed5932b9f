// What is wrong with a running Weir server.

#ifndef WEIR_CONTROL_DIAGNOSE_SERVER_RULES_H_
#define WEIR_CONTROL_DIAGNOSE_SERVER_RULES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weir/control/diagnose/finding.h"
#include "weir/reactor/kernel/host_facts.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// Plain values, taken at one moment.
struct ServerFacts {
  ServerStats stats;
  Limits limits;  // as requested
  HostFacts host;
  // Listening sockets on the address and port of each of stats.listeners, of all processes, and how
  // many of them are the server's own. Absent where the kernel does not tell.
  std::vector<std::optional<std::size_t>> listeners;
  std::size_t own_listeners = 0;
  // How the admin service was reached, as gRPC tells the peer: "unix:", "ipv4:127.0.0.1:4711".
  std::string admin_peer;
  // Whether the caller had to show a certificate (mutual TLS).
  bool admin_by_certificate = false;
};

// The rules for the server, its queues and its host.
Findings CheckServer(const ServerFacts& facts);

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_SERVER_RULES_H_
