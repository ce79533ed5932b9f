// The kernel's accept queues as a table, for weirctl stats.

#ifndef WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_
#define WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_

#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// A heading, then a row for each reactor's queue. RECENT is the most seen lately, OVER HALF the
// share of the time in which more than half of the backlog waited.
std::vector<std::vector<std::string>> QueueRows(const admin::v1::Stats& stats);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_
