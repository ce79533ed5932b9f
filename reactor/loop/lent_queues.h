// The accept queues of other reactors that one reactor takes from, while those are stalled.

#ifndef WEIR_REACTOR_LOOP_LENT_QUEUES_H_
#define WEIR_REACTOR_LOOP_LENT_QUEUES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "weir/reactor/listen/listener.h"

namespace weir {

// Add and Remove are for any thread, Visit is for the reactor's. A lock is held while the reactor
// visits, so that who removes a listener may destroy it then.
class LentQueues {
 public:
  // The reactor's epoll, and the data of the events that mean a lent queue.
  LentQueues(int epoll, std::uint64_t data) noexcept : epoll_(epoll), data_(data) {}
  LentQueues(const LentQueues&) = delete;
  LentQueues& operator=(const LentQueues&) = delete;

  // Wakes the reactor if connections wait there. No effect if it is there already. `acceptor` is
  // the number of the reactor's acceptor that is to take them.
  void Add(Listener* listener, std::size_t acceptor);
  void Remove(Listener* listener);

  // Gives each to `visit`, which says whether the reactor goes on with it.
  void Visit(const std::function<bool(Listener* listener, std::size_t acceptor)>& visit);

 private:
  struct Lent {
    Listener* listener;
    std::size_t acceptor;
  };
  std::vector<Lent>::iterator Find(const Listener* listener);

  const int epoll_;
  const std::uint64_t data_;
  std::mutex mutex_;
  std::vector<Lent> lent_;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_LENT_QUEUES_H_
