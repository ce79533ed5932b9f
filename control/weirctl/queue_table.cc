#include "weir/control/weirctl/queue_table.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

std::string OverHalf(const admin::v1::AcceptQueue& queue) {
  const auto observed = TimeUtil::DurationToNanoseconds(queue.observed_time());
  const auto over_half = TimeUtil::DurationToNanoseconds(queue.over_half_time());
  if (observed <= 0) return "-";
  return absl::StrFormat("%.2f%%",
                         100 * static_cast<double>(over_half) / static_cast<double>(observed));
}

std::vector<std::string> Row(const std::string& name, const admin::v1::AcceptQueue& queue) {
  return {name,
          absl::StrCat(queue.depth(), "/", queue.backlog_effective()),
          std::to_string(queue.backlog_requested()),
          std::to_string(queue.depth_max()),
          std::to_string(queue.depth_max_window()),
          OverHalf(queue),
          std::to_string(queue.discards()),
          std::to_string(queue.discards_when_full()),
          std::to_string(queue.taken_by_peers())};
}

}  // namespace

admin::v1::AcceptQueue SumOfQueues(const admin::v1::ReactorStats& reactor) {
  if (reactor.listener_queues().empty()) return reactor.accept_queue();  // of an older server
  admin::v1::AcceptQueue sum;
  for (const admin::v1::ListenerQueue& it : reactor.listener_queues()) {
    sum.set_depth(sum.depth() + it.queue().depth());
    sum.set_backlog_effective(sum.backlog_effective() + it.queue().backlog_effective());
    sum.set_depth_max(std::max(sum.depth_max(), it.queue().depth_max()));
    sum.set_depth_max_window(std::max(sum.depth_max_window(), it.queue().depth_max_window()));
  }
  return sum;
}

std::vector<std::vector<std::string>> QueueRows(const admin::v1::Stats& stats) {
  std::vector<std::vector<std::string>> rows = {{"ACCEPT QUEUE", "WAITING/BACKLOG", "REQUESTED",
                                                 "HIGH", "RECENT", "OVER HALF", "DISCARDS",
                                                 "WHEN FULL", "RESCUED"}};
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    const std::string name = std::to_string(reactor.reactor());
    if (reactor.listener_queues().empty()) rows.push_back(Row(name, reactor.accept_queue()));
    for (const admin::v1::ListenerQueue& it : reactor.listener_queues()) {
      if (it.shared() && reactor.reactor() != 0) continue;  // the first has told
      const std::string whose = it.shared() ? "all" : name;
      const bool one_of_several = reactor.listener_queues_size() > 1;
      rows.push_back(
          Row(one_of_several ? absl::StrCat(whose, " ", it.listener()) : whose, it.queue()));
    }
  }
  return rows;
}

std::vector<std::vector<std::string>> ListenerRows(const admin::v1::Stats& stats) {
  std::vector<std::vector<std::string>> rows = {{"LISTENER", "OPEN", "MAXIMUM", "REFUSED"}};
  std::uint64_t all_refused = 0;
  for (int i = 0; i < stats.listeners_size(); ++i) {
    std::uint64_t open = 0;
    std::uint64_t refused = 0;
    for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
      if (i >= reactor.listener_queues_size()) continue;
      open += reactor.listener_queues(i).connections_active();
      refused += reactor.listener_queues(i).connections_refused();
    }
    all_refused += refused;
    const admin::v1::ListenerInfo& listener = stats.listeners(i);
    rows.push_back({listener.name(), std::to_string(open),
                    listener.has_max_connections_per_listener()
                        ? std::to_string(listener.max_connections_per_listener())
                        : "-",
                    std::to_string(refused)});
  }
  if (stats.listeners_size() < 2 && all_refused == 0) rows.resize(1);
  return rows;
}

}  // namespace weir
