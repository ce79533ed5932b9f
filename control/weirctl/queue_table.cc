#include "weir/control/weirctl/queue_table.h"

#include <google/protobuf/util/time_util.h>

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

}  // namespace

std::vector<std::vector<std::string>> QueueRows(const admin::v1::Stats& stats) {
  std::vector<std::vector<std::string>> rows = {{"ACCEPT QUEUE", "WAITING/BACKLOG", "REQUESTED",
                                                 "HIGH", "RECENT", "OVER HALF", "DISCARDS",
                                                 "WHEN FULL"}};
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    const admin::v1::AcceptQueue& queue = reactor.accept_queue();
    rows.push_back({std::to_string(reactor.reactor()),
                    absl::StrCat(queue.depth(), "/", queue.backlog_effective()),
                    std::to_string(queue.backlog_requested()), std::to_string(queue.depth_max()),
                    std::to_string(queue.depth_max_window()), OverHalf(queue),
                    std::to_string(queue.discards()), std::to_string(queue.discards_when_full())});
  }
  return rows;
}

}  // namespace weir
