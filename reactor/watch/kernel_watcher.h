// Turns what the kernel tells of the whole process into events: one when something begins, one when
// it ends.

#ifndef WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_
#define WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_

#include <cstdint>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/kernel_stats.h"

namespace weir {

// Compares each reading with the one before. One thread.
class KernelWatcher {
 public:
  // How long no SYN must be refused a place until that is over: readings are a second apart, and a
  // flood comes in waves.
  static constexpr std::uint64_t kQuietNs = 10'000'000'000;

  // `log` is not owned.
  explicit KernelWatcher(EventLog* log) : log_(log) {}

  void Step(const KernelStats& stats);

 private:
  void LookAtDescriptors(const KernelStats& stats);
  void LookAtSynQueue(const KernelStats& stats);

  EventLog* const log_;
  bool descriptors_low_ = false;

  // What the namespace's counters were at the last reading, and when the episode began.
  std::uint64_t cookies_ = 0;
  std::uint64_t drops_ = 0;
  std::uint64_t cookies_before_ = 0;
  std::uint64_t drops_before_ = 0;
  std::uint64_t began_ns_ = 0;
  std::uint64_t moved_ns_ = 0;
  bool syn_queue_full_ = false;
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_
