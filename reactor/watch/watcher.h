// Turns what is seen of queues and reactors into events: one when something begins, one when it
// ends.

#ifndef WEIR_REACTOR_WATCH_WATCHER_H_
#define WEIR_REACTOR_WATCH_WATCHER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// Compares each look with the one before. One thread.
class Watcher {
 public:
  // How long nothing must be refused, or accepting not pause, until that is over. A refused client
  // tries again after 1 s (TCP_TIMEOUT_INIT in include/net/tcp.h).
  static constexpr std::int64_t kQuietNs = 1'000'000'000;

  // `log` is not owned.
  explicit Watcher(EventLog* log) : log_(log) {}

  // One look. `now_ns` is of CLOCK_MONOTONIC; `reactors` are all of the server, in the same order
  // each time.
  void Step(std::int64_t now_ns, const std::vector<ReactorCounts>& reactors, const Limits& limits);

 private:
  // A cumulative number that moves in bursts: an episode lasts from its first move to the first
  // look at which it has not moved for kQuietNs.
  struct Burst {
    std::uint64_t seen = 0;    // the number at the last look
    std::uint64_t before = 0;  // the number when the episode began
    std::int64_t began_ns = 0;
    std::int64_t moved_ns = 0;
    bool active = false;
  };
  // What is known of the queue of one listener in one reactor from the looks before.
  struct KnownQueue {
    Burst over_half;
    Burst discards;
  };
  // What is known of one reactor.
  struct Known {
    std::vector<KnownQueue> queues;
    Burst pauses;
    Burst proxies;
    bool stalled = false;
    std::uint64_t tick = 0;          // the turn at the last look
    std::uint64_t stalled_ns = 0;    // its age there, if it is stalled in it
    std::uint64_t taken = 0;         // by peers, until then
    std::uint64_t taken_before = 0;  // the same at the last look before that turn
  };
  // A backlog that was found capped.
  struct Capped {
    std::uint64_t seen = 0;  // at the last look; 0: none
    std::uint64_t told = 0;
  };
  enum class Change { kNone, kBegan, kEnded };

  // `may_end` holds an episode open that would be over.
  static Change Move(Burst* burst, std::uint64_t number, std::int64_t now_ns, bool may_end);

  void LookAtStall(const ReactorCounts& stats, const Limits& limits, Known* known);
  void LookAtQueues(std::int64_t now_ns, const ReactorCounts& stats, Known* known);
  void LookAtDepth(std::int64_t now_ns, const ReactorCounts& stats, const ListenerQueue& listener,
                   KnownQueue* known);
  void LookAtDiscards(std::int64_t now_ns, const ReactorCounts& stats,
                      const ListenerQueue& listener, KnownQueue* known);
  void LookAtPauses(std::int64_t now_ns, const ReactorCounts& stats, Known* known);
  void LookAtProxies(std::int64_t now_ns, const ReactorCounts& stats, Known* known);
  void LookAtBacklogs(const std::vector<ReactorCounts>& reactors);
  void LookAtBacklog(const std::vector<ReactorCounts>& reactors, std::size_t listener);

  EventLog* const log_;
  std::vector<Known> known_;
  std::vector<Capped> capped_;  // of each listener
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_WATCHER_H_
