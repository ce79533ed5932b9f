// When that is due which is done again and again.

#ifndef WEIR_REACTOR_WATCH_CADENCE_H_
#define WEIR_REACTOR_WATCH_CADENCE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "weir/reactor/watch/watch_thread.h"

namespace weir {

// Due every interval, and done then or up to a slack before: what is done early or late does not
// move the times that follow, so that on the average it is done as often as asked for. Times are of
// CLOCK_MONOTONIC, intervals above 0, both in ns. One thread.
class Cadence {
 public:
  // The longest slack: between two ticks of the scheduler there are 10 ms at most (CONFIG_HZ).
  static constexpr std::int64_t kMostSlackNs = 10'000'000;

  // Whether it is to be done now; then it counts as done. After more than an interval without it,
  // the times are counted from now.
  bool Take(std::int64_t now_ns, std::int64_t interval_ns) noexcept {
    const std::int64_t due_ns = done_ns_ + interval_ns;
    if (now_ns < due_ns - SlackNs(interval_ns)) return false;
    done_ns_ = now_ns < due_ns + interval_ns ? due_ns : now_ns;
    return true;
  }

  // When to ask again.
  WatchThread::Again Next(std::int64_t now_ns, std::int64_t interval_ns) const noexcept {
    return {std::chrono::nanoseconds(std::max<std::int64_t>(done_ns_ + interval_ns - now_ns, 0)),
            std::chrono::nanoseconds(SlackNs(interval_ns))};
  }

 private:
  static std::int64_t SlackNs(std::int64_t interval_ns) noexcept {
    return std::min(interval_ns / 2, kMostSlackNs);
  }

  std::int64_t done_ns_ = 0;  // when it was last due, of those times at which it was done
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_CADENCE_H_
