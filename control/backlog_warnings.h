// What became of the backlog that the limits ask for.

#ifndef WEIR_CONTROL_BACKLOG_WARNINGS_H_
#define WEIR_CONTROL_BACKLOG_WARNINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/reactor/limits_store.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// One for each listener of a reactor whose socket still has another backlog than `snapshot` asks
// for, since listen(2) failed: one of several may; or that could have more of it by now, since
// somaxconn was raised. None while the server drains, nor of a snapshot that is not the one whose
// backlogs were asked for last. Any thread, as EffectiveBacklog.
std::vector<std::string> BacklogWarnings(const ServerStats& stats, const LimitsSnapshot& snapshot);

// The least backlog in force, as the kernel told it, of that listener in all reactors, or with ""
// of all listeners without one of their own. `otherwise` where it told none, and of a snapshot that
// is not the one whose backlogs were asked for last.
std::uint64_t EffectiveBacklog(const ServerStats& stats, const LimitsSnapshot& snapshot,
                               const std::string& listener, std::uint64_t otherwise);

}  // namespace weir

#endif  // WEIR_CONTROL_BACKLOG_WARNINGS_H_
