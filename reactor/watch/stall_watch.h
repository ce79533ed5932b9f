// Notices reactors that are held up, and has the others accept what waits for them.

#ifndef WEIR_REACTOR_WATCH_STALL_WATCH_H_
#define WEIR_REACTOR_WATCH_STALL_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/reactor/limits.h"
#include "weir/reactor/loop/reactor.h"
#include "weir/reactor/watch/watch_thread.h"

namespace weir {

// A reactor is stalled while one turn of it lasts stall_threshold_ms or longer. Its listener is
// then lent to kPeers reactors that are not, and after stall_steer_ms new connections are steered
// to all others; both end at the first look at which it has ended that turn. One reactor
// alone counts its stalls itself: nobody could help, and each look may take the CPU from it. One
// thread.
class StallWatch {
 public:
  // As many can take what a listener is sent; more would cost each look more when many stall.
  static constexpr std::size_t kPeers = 8;
  // No look is nearer to the one before it.
  static constexpr std::int64_t kLeastNs = 200'000;

  // What is not in a turn costs a look one load. The reactors are not owned; they must outlive this
  // or its last Look. Before their threads run.
  explicit StallWatch(std::vector<Reactor*> reactors);

  // One look. `now_ns` is of CLOCK_MONOTONIC. Returns when to take the next so that a turn is found
  // stalled when it has just become so: after at most stall_threshold_ms, with a slack while no
  // turn has come half that far. With one reactor nothing is looked at, now or later: it is a
  // day.
  WatchThread::Again Look(std::int64_t now_ns, const Limits& limits);

 private:
  struct Known {
    bool stalled = false;
    std::int64_t began_ns = 0;  // of the turn that it is stalled in
    bool steered = false;
  };

  void Begin(std::size_t index, std::int64_t began_ns);
  void Lend(std::size_t index);
  void End(std::size_t index);
  void Steer(std::size_t index, bool away);

  const std::vector<Reactor*> reactors_;
  std::vector<Known> known_;  // as reactors_
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_STALL_WATCH_H_
