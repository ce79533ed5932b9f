// What is wrong with one accept queue, of whatever server.

#ifndef WEIR_CONTROL_DIAGNOSE_QUEUE_RULES_H_
#define WEIR_CONTROL_DIAGNOSE_QUEUE_RULES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "weir/control/diagnose/finding.h"

namespace weir {

// Plain values; what is unknown is absent.
struct QueueFacts {
  std::string subject;                     // see Finding::subject
  std::uint32_t depth = 0;                 // connections that wait now
  std::uint32_t backlog = 0;               // as the kernel took it; the queue holds one more
  std::optional<std::uint64_t> requested;  // what listen(2) was asked for
  std::optional<std::uint32_t> depth_max;  // the most seen
  std::optional<std::uint64_t> discards;   // packets dropped by the listener, for any reason
  std::optional<std::uint64_t> discards_when_full;  // of these: while the queue was seen full
  std::optional<std::uint64_t> somaxconn;           // net.core.somaxconn now
  std::string raise;  // the command or the setting that gives it a longer one
  std::string again;  // what has listen(2) called again with the requested one
};

Findings CheckQueue(const QueueFacts& queue);

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_QUEUE_RULES_H_
