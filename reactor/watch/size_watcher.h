// Tells when requests come near a limit, and when they no longer do.

#ifndef WEIR_REACTOR_WATCH_SIZE_WATCHER_H_
#define WEIR_REACTOR_WATCH_SIZE_WATCHER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/refusals/near_limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// Judges the heads of the last minute, or of more where a minute brings too few samples. One
// thread.
class SizeWatcher {
 public:
  static constexpr std::int64_t kWindowNs = 60'000'000'000;

  // `log` is not owned.
  explicit SizeWatcher(EventLog* log) : log_(log) {}

  // To be called as often as one likes. `now_ns` is of CLOCK_MONOTONIC; `sizes` are asked for once
  // a window.
  void Step(std::int64_t now_ns, const std::function<SizesOfHeads()>& sizes, const Limits& limits);

 private:
  void Compare(const std::vector<NearLimit>& near);

  EventLog* const log_;
  std::int64_t due_ns_ = 0;
  SizesOfHeads before_{};               // at the end of the last window
  std::vector<const LimitSpec*> told_;  // limits that are near, of which was told
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_SIZE_WATCHER_H_
