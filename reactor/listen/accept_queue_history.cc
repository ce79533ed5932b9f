#include "weir/reactor/listen/accept_queue_history.h"

#include <algorithm>

namespace weir {

void AcceptQueueHistory::Add(const AcceptQueueSight& sight, std::optional<std::uint32_t> drops) {
  const std::lock_guard<std::mutex> lock(mutex_);
  AddLocked(sight);
  if (!drops.has_value()) return;
  // The kernel's counter has 32 bits: what it has moved is added.
  const std::uint32_t moved = *drops - static_cast<std::uint32_t>(discards_);
  discards_ += moved;
  if (full_) discards_when_full_ += moved;
  // A queue that is still full is evidence for the next reading too.
  full_ = level_ > sight.backlog;
}

void AcceptQueueHistory::TryAdd(const AcceptQueueSight& sight) {
  missed_ = std::max(missed_, sight.found);
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  AcceptQueueSight all = sight;
  all.found = missed_;
  missed_ = 0;
  AddLocked(all);
}

void AcceptQueueHistory::AddLocked(const AcceptQueueSight& sight) {
  if (!begun_) {
    begun_ = true;
    first_ns_ = last_ns_ = sight.now_ns;
  }
  // A reactor's clock is that of its tick, so its look may be older than what a sampler saw.
  const std::int64_t now_ns = std::max(sight.now_ns, last_ns_);
  if (over_half_) over_half_ns_ += static_cast<std::uint64_t>(now_ns - last_ns_);
  last_ns_ = now_ns;
  TurnWindow(now_ns);
  window_max_ = std::max(window_max_, sight.found);
  depth_max_ = std::max(depth_max_, sight.found);
  full_ = full_ || sight.found > sight.backlog;
  if (std::uint64_t{sight.found} * 2 > sight.backlog) ++over_half_looks_;
  level_ = sight.left;
  over_half_ = std::uint64_t{sight.left} * 2 > sight.backlog;
}

void AcceptQueueHistory::TurnWindow(std::int64_t now_ns) {
  const std::int64_t index = now_ns / window_ns_.load(std::memory_order_relaxed);
  if (index == window_index_) return;
  // What the newest look left stands until the next, also over windows without a look.
  window_before_max_ = index == window_index_ + 1 ? window_max_ : level_;
  window_max_ = level_;
  window_index_ = index;
}

void AcceptQueueHistory::CopyTo(AcceptQueueSample* sample) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  sample->depth_max = depth_max_;
  sample->depth_max_window = std::max(window_max_, window_before_max_);
  sample->over_half_ns = over_half_ns_;
  sample->over_half_looks = over_half_looks_;
  sample->observed_ns = static_cast<std::uint64_t>(last_ns_ - first_ns_);
  sample->discards = discards_;
  sample->discards_when_full = discards_when_full_;
}

}  // namespace weir
