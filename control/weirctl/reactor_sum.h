// All reactors of a server taken together.

#ifndef WEIR_CONTROL_WEIRCTL_REACTOR_SUM_H_
#define WEIR_CONTROL_WEIRCTL_REACTOR_SUM_H_

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Sums of what the tables of weirctl show: connections, requests, answers, refusals, and the
// samples of accept_queue_wait. `accept_queue` has the sums of depth and backlog, and the most of
// any queue as `depth_max` and `depth_max_window`.
admin::v1::ReactorStats SumOfReactors(const admin::v1::Stats& stats);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_REACTOR_SUM_H_
