// Which listeners do not have the backlog that the limits ask for.

#ifndef WEIR_CONTROL_BACKLOG_WARNINGS_H_
#define WEIR_CONTROL_BACKLOG_WARNINGS_H_

#include <string>
#include <vector>

#include "weir/reactor/limits_store.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// One for each listener of a reactor that works by `snapshot` and whose socket still has another
// backlog, since listen(2) failed: one of several may. None while the server drains.
std::vector<std::string> BacklogWarnings(const ServerStats& stats, const LimitsSnapshot& snapshot);

}  // namespace weir

#endif  // WEIR_CONTROL_BACKLOG_WARNINGS_H_
