// What was seen of one accept queue since its listener was opened.

#ifndef WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_HISTORY_H_
#define WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_HISTORY_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "weir/reactor/server_stats.h"

namespace weir {

// One look at the queue.
struct AcceptQueueSight {
  std::int64_t now_ns = 0;    // CLOCK_MONOTONIC
  std::uint32_t found = 0;    // connections that waited
  std::uint32_t left = 0;     // those that still wait once this look's accepting is done
  std::uint32_t backlog = 0;  // as the kernel took it
};

// Joins what the reactor sees at each wake-up with what others see when they sample. Add, CopyTo
// and SetWindow are for any thread; TryAdd is for one, the reactor's.
class AcceptQueueHistory {
 public:
  // Adds a look, and the listener's drop counter (ReadDiscards) where it was read too. Discards
  // since the counter was last read count as discards_when_full if any look since then, or this
  // one, found more than the backlog: then, and only then, does the kernel refuse for want of room
  // (sk_acceptq_is_full in include/net/sock.h).
  void Add(const AcceptQueueSight& sight, std::optional<std::uint32_t> drops);

  // Adds a look, but never waits: one that meets another thread in here is added with the next.
  void TryAdd(const AcceptQueueSight& sight);

  // The length of the windows of depth_max_window; a change begins new ones.
  void SetWindow(std::int64_t window_ns) noexcept {
    window_ns_.store(window_ns, std::memory_order_relaxed);
  }

  // Sets what is kept here: depth_max, depth_max_window, over_half_ns, over_half_looks,
  // observed_ns, discards and discards_when_full.
  void CopyTo(AcceptQueueSample* sample) const;

 private:
  void AddLocked(const AcceptQueueSight& sight);
  void TurnWindow(std::int64_t now_ns);

  std::atomic<std::int64_t> window_ns_{1'000'000'000};
  std::uint32_t missed_ = 0;  // the most found in looks that TryAdd could not add; the reactor's

  mutable std::mutex mutex_;  // held for some arithmetic, never across a system call
  bool begun_ = false;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::uint32_t level_ = 0;  // what the newest look left
  bool over_half_ = false;   // whether that is more than half of the backlog
  bool full_ = false;        // whether any look since the drop counter was read found it full
  std::uint64_t over_half_ns_ = 0;
  std::uint64_t over_half_looks_ = 0;
  std::uint32_t depth_max_ = 0;
  std::int64_t window_index_ = 0;
  std::uint32_t window_max_ = 0;
  std::uint32_t window_before_max_ = 0;
  std::uint64_t discards_ = 0;
  std::uint64_t discards_when_full_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_HISTORY_H_
