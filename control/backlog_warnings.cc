#include "weir/control/backlog_warnings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

void AddWarnings(const ReactorStats& reactor, const std::vector<ListenerInfo>& listeners,
                 std::uint64_t limit, std::vector<std::string>* warnings) {
  const std::size_t count = std::min(listeners.size(), reactor.listener_queues.size());
  for (std::size_t i = 0; i < count; ++i) {
    const ListenerQueue& it = reactor.listener_queues[i];
    const std::uint64_t own = listeners[i].listen_backlog;
    const std::uint64_t wanted = own != 0 ? own : limit;
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
    AddWarnings(reactor, stats.listeners, snapshot.limits.listen_backlog, &warnings);
  }
  return warnings;
}

}  // namespace weir
