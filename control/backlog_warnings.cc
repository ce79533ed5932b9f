#include "weir/control/backlog_warnings.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

void AddWarnings(const ReactorStats& reactor, const LimitsSnapshot& snapshot,
                 std::uint64_t somaxconn, std::vector<std::string>* warnings) {
  const LimitSpec& backlog = *FindLimitSpec("listen_backlog");
  for (const ListenerQueue& it : reactor.listener_queues) {
    const LayerValue* const own = snapshot.layers.FindHighest(backlog, it.listener);
    const std::uint64_t wanted = own != nullptr ? own->value : snapshot.limits.listen_backlog;
    if (it.shared && reactor.reactor != 0) continue;  // the first has told
    const std::uint64_t acts_as = it.queue.backlog_effective;
    const std::string subject = absl::StrCat("reactor ", reactor.reactor, ", ", it.listener);
    if (it.queue.backlog_requested != wanted) {
      warnings->push_back(absl::StrCat(subject, ": listen(2) refused the backlog ", wanted,
                                       ", so that ", it.queue.backlog_requested,
                                       " is still in force: set listen_backlog again"));
    } else if (acts_as != 0 && acts_as < std::min(wanted, somaxconn)) {
      warnings->push_back(absl::StrCat(subject, ": listen_backlog = ", wanted, " acts as ", acts_as,
                                       ", though net.core.somaxconn is ", somaxconn,
                                       " by now: set listen_backlog again"));
    }
  }
}

}  // namespace

std::vector<std::string> BacklogWarnings(const ServerStats& stats, const LimitsSnapshot& snapshot) {
  std::vector<std::string> warnings;
  if (stats.draining || stats.backlogs_version != snapshot.version) return warnings;
  for (const ReactorStats& reactor : stats.reactors) {
    AddWarnings(reactor, snapshot, stats.kernel.somaxconn.value_or(0), &warnings);
  }
  return warnings;
}

std::uint64_t EffectiveBacklog(const ServerStats& stats, const LimitsSnapshot& snapshot,
                               const std::string& listener, std::uint64_t otherwise) {
  if (stats.backlogs_version != snapshot.version) return otherwise;
  const LimitSpec& backlog = *FindLimitSpec("listen_backlog");
  std::uint64_t least = 0;
  for (const ReactorStats& reactor : stats.reactors) {
    for (const ListenerQueue& it : reactor.listener_queues) {
      const bool is_meant = listener.empty()
                                ? snapshot.layers.FindHighest(backlog, it.listener) == nullptr
                                : it.listener == listener;
      if (!is_meant || it.queue.backlog_effective == 0) continue;
      if (least == 0 || it.queue.backlog_effective < least) least = it.queue.backlog_effective;
    }
  }
  return least == 0 ? otherwise : least;
}

}  // namespace weir
