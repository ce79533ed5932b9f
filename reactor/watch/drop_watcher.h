// Tells of connections that the kernel refused though no look found an accept queue full.

#ifndef WEIR_REACTOR_WATCH_DROP_WATCHER_H_
#define WEIR_REACTOR_WATCH_DROP_WATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/kernel_stats.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// A queue may fill and empty between two looks, and without SYN cookies the kernel drops SYNs while
// queues have room. The evidence is then of two kinds that must agree: a listener has discarded
// packets that no full queue explains, and the network namespace has counted dropped attempts that
// no full SYN queue explains. One thread.
class DropWatcher {
 public:
  // How long there must be no such evidence until that is over: readings are a second apart, and
  // refused clients try again after a second or more.
  static constexpr std::uint64_t kQuietNs = 10'000'000'000;

  // `log` is not owned.
  explicit DropWatcher(EventLog* log) : log_(log) {}

  // One reading. `reactors` are all of the server, as they were no earlier than `stats`.
  void Step(const KernelStats& stats, const std::vector<ReactorCounts>& reactors);

 private:
  // Cumulative counts of the namespace.
  struct Refusals {
    std::uint64_t overflows = 0;  // for want of room in an accept queue
    std::uint64_t drops = 0;      // for any reason but a full SYN queue
  };
  // The same of one listener, in all reactors.
  struct Discards {
    std::uint64_t unexplained = 0;  // while no look found its queue full
    std::uint64_t when_full = 0;    // the others: Watcher tells of them
  };
  struct Episode {
    bool active = false;
    Refusals refusals;  // before it began
    std::uint64_t unexplained = 0;
    std::uint64_t began_ns = 0;
    std::uint64_t moved_ns = 0;
  };
  struct Known {
    Discards last;
    Discards before_last;
    Episode episode;
  };

  static Discards Sum(const std::vector<ReactorCounts>& reactors, std::size_t listener);
  void LookAt(const Discards& discards, const Refusals& refusals, std::uint64_t now_ns,
              const std::string& listener, Known* known);
  void Tell(const Discards& discards, const Refusals& refusals, const std::string& listener,
            const Episode& episode);

  EventLog* const log_;
  // The counters of the listener and those of the namespace are not read at one moment: two
  // readings together are looked at.
  Refusals last_;
  Refusals before_last_;
  std::vector<Known> known_;  // of each listener
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_DROP_WATCHER_H_
