// The kernel's accept queues as a table, for weirctl stats.

#ifndef WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_
#define WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_

#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// The queues of all listeners of a reactor taken together: sums, and the most of any as
// `depth_max` and `depth_max_window`.
admin::v1::AcceptQueue SumOfQueues(const admin::v1::ReactorStats& reactor);

// A heading, then a row for each queue of each reactor, named where there are several. RECENT is
// the most seen lately, OVER HALF the share of the time in which more than half of the backlog
// waited.
std::vector<std::vector<std::string>> QueueRows(const admin::v1::Stats& stats);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_
