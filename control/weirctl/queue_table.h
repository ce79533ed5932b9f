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

// A heading, then a row for each listener: its open connections and those that it has refused for
// max_connections_per_listener, in all reactors. MAXIMUM is its own, which stands above the limit.
// No row where there is one listener that has refused none.
std::vector<std::vector<std::string>> ListenerRows(const admin::v1::Stats& stats);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_QUEUE_TABLE_H_
