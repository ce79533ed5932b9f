#include "weir/control/weirctl/reactor_sum.h"

#include <algorithm>

#include "weir/control/weirctl/queue_table.h"

namespace weir {
namespace {

void AddQueue(const admin::v1::AcceptQueue& queue, admin::v1::AcceptQueue* sum) {
  sum->set_depth(sum->depth() + queue.depth());
  sum->set_backlog_effective(sum->backlog_effective() + queue.backlog_effective());
  sum->set_depth_max(std::max(sum->depth_max(), queue.depth_max()));
  sum->set_depth_max_window(std::max(sum->depth_max_window(), queue.depth_max_window()));
}

}  // namespace

admin::v1::ReactorStats SumOfReactors(const admin::v1::Stats& stats) {
  admin::v1::ReactorStats sum;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    AddQueue(SumOfQueues(reactor), sum.mutable_accept_queue());
    sum.set_connections_accepted(sum.connections_accepted() + reactor.connections_accepted());
    sum.set_connections_active(sum.connections_active() + reactor.connections_active());
    sum.set_connections_idle(sum.connections_idle() + reactor.connections_idle());
    sum.set_requests(sum.requests() + reactor.requests());
    sum.set_responses_2xx(sum.responses_2xx() + reactor.responses_2xx());
    sum.set_responses_3xx(sum.responses_3xx() + reactor.responses_3xx());
    sum.set_responses_4xx(sum.responses_4xx() + reactor.responses_4xx());
    sum.set_responses_5xx(sum.responses_5xx() + reactor.responses_5xx());
    for (const auto& [reason, count] : reactor.connections_refused()) {
      (*sum.mutable_connections_refused())[reason] += count;
    }
    const auto waits = reactor.timings().find("accept_queue_wait");
    if (waits == reactor.timings().end()) continue;
    (*sum.mutable_timings())["accept_queue_wait"].mutable_buckets()->MergeFrom(
        waits->second.buckets());
  }
  return sum;
}

}  // namespace weir
