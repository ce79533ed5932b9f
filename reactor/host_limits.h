// What this host allows: the settings outside the process that cap the limits.

#ifndef WEIR_REACTOR_HOST_LIMITS_H_
#define WEIR_REACTOR_HOST_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/reactor/limits.h"

namespace weir {

struct HostLimits {
  std::uint64_t somaxconn = 0;    // net.core.somaxconn of this network namespace; 0: unknown
  std::uint64_t descriptors = 0;  // RLIMIT_NOFILE, soft; 0: unlimited
};

// Reads them anew. Any thread.
HostLimits ReadHostLimits();

// Raises the soft RLIMIT_NOFILE to the hard one (setrlimit(2)). A process that may not is left as
// it is: ReadHostLimits tells.
void RaiseDescriptorLimit();

// `requested`, with each value lowered to what can act: listen_backlog to somaxconn,
// max_connections to the descriptors but kReservedDescriptors, max_request_line_bytes and
// max_field_bytes to max_head_bytes.
Limits EffectiveLimits(const Limits& requested, const HostLimits& host);

// What EffectiveLimits makes of a backlog, of the server or of a listener, as LimitWarnings says
// it;
// "" if it lowers nothing.
std::string BacklogWarning(std::uint64_t requested, const HostLimits& host);

// For each value that EffectiveLimits lowers: what, to what, why, and the fix.
std::vector<std::string> LimitWarnings(const Limits& requested, const HostLimits& host);

// Descriptors that are left for listeners, epoll, the admin service and the service itself.
inline constexpr std::uint64_t kReservedDescriptors = 64;

}  // namespace weir

#endif  // WEIR_REACTOR_HOST_LIMITS_H_
