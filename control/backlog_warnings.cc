#include "weir/control/backlog_warnings.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

void AddWarnings(const ReactorStats& reactor, const LimitsSnapshot& snapshot,
                 std::vector<std::string>* warnings) {
  const LimitSpec& backlog = *FindLimitSpec("listen_backlog");
  for (const ListenerQueue& it : reactor.listener_queues) {
    const LayerValue* const own = snapshot.layers.FindHighest(backlog, it.listener);
    const std::uint64_t wanted = own != nullptr ? own->value : snapshot.limits.listen_backlog;
    if (it.shared && reactor.reactor != 0) continue;  // the first has told
    if (it.queue.backlog_requested == wanted) continue;
    warnings->push_back(absl::StrCat("reactor ", reactor.reactor, ", ", it.listener,
                                     ": listen(2) refused the backlog ", wanted, ", so that ",
                                     it.queue.backlog_requested, " is still in force: set ",
                                     "listen_backlog again"));
  }
}

}  // namespace

std::vector<std::string> BacklogWarnings(const ServerStats& stats, const LimitsSnapshot& snapshot) {
  std::vector<std::string> warnings;
  if (stats.draining) return warnings;
  for (const ReactorStats& reactor : stats.reactors) {
    if (reactor.applied_limits_version != snapshot.version) continue;
    AddWarnings(reactor, snapshot, &warnings);
  }
  return warnings;
}

}  // namespace weir
