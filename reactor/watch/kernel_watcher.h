// Turns what the kernel tells of the whole process into events: one when something begins, one when
// it ends where that needs one.

#ifndef WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_
#define WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/kernel_stats.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// Compares each reading with the one before. One thread.
class KernelWatcher {
 public:
  // How long no SYN must be refused a place until that is over: readings are a second apart, and a
  // flood comes in waves.
  static constexpr std::uint64_t kQuietNs = 10'000'000'000;

  // `log` is not owned.
  explicit KernelWatcher(EventLog* log) : log_(log) {}

  // `reactors` are all of the server, as they were no earlier than `stats`.
  void Step(const KernelStats& stats, const std::vector<ReactorCounts>& reactors,
            const Limits& limits);

 private:
  void LookAtDescriptors(const KernelStats& stats);
  void LookAtSynQueue(const KernelStats& stats);
  void LookAtBacklogs(const KernelStats& stats, const std::vector<ReactorCounts>& reactors,
                      const Limits& limits);
  // What listen(2) would give one listener now, where that is more than it has.
  struct Raisable {
    std::uint64_t requested = 0;
    std::uint64_t effective = 0;
    std::uint64_t possible = 0;  // 0: no more than it has
  };
  static Raisable FindRaisable(const std::vector<ReactorCounts>& reactors, std::size_t listener,
                               std::uint64_t somaxconn);
  struct Offer {
    std::uint64_t seen = 0;  // what was possible at the last reading
    std::uint64_t told = 0;
  };

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

  std::vector<Offer> offers_;  // of each listener
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_KERNEL_WATCHER_H_
