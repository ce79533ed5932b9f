// Takes connections from a listener: exactly those that wait, within a budget.

#ifndef WEIR_REACTOR_LOOP_ACCEPTOR_H_
#define WEIR_REACTOR_LOOP_ACCEPTOR_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "weir/reactor/conn/connection_context.h"
#include "weir/reactor/conn/connection_table.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/listen/listener.h"
#include "weir/reactor/loop/admission.h"
#include "weir/reactor/loop/counters.h"
#include "weir/reactor/loop/one_in.h"
#include "weir/reactor/loop/shedder.h"
#include "weir/reactor/loop/timer_wheel.h"

namespace weir {

// The accept step of one reactor for one of its listeners. When descriptors or memory run out, when
// accept4 would go on to fail, or when overload_action says so, it disarms the listener for
// kPauseMs, or until a connection of this reactor closes; under max_accepts_per_second, until
// another may come. The connections stay queued, and nothing spins. One thread.
class Acceptor {
 public:
  // With the slot of the timer wheel, a client waits at most 100 ms once a descriptor is free.
  static constexpr std::int64_t kPauseMs = 80;
  static_assert(kPauseMs + 2 * TimerWheel::kSlotMs <= 100);
  // The epoll_event data and Timer::owner of listener i of a reactor are kFirstOwner + i. Slots of
  // connections are below.
  static constexpr std::uint32_t kFirstOwner = 0xffffff00;
  static constexpr std::size_t kMaxListeners = 128;
  // Earlier than any time of the clock.
  static constexpr std::int64_t kNeverEmpty = std::numeric_limits<std::int64_t>::min() / 2;

  // `owner` is kFirstOwner and so on; `epoll` and `admission` are the reactor's.
  Acceptor(ConnectionContext* context, ConnectionTable* table, std::uint32_t owner, int epoll,
           std::unique_ptr<Listener> listener, Admission* admission);
  ~Acceptor();

  std::uint32_t owner() const noexcept { return owner_; }

  // Watches the listener. Whether the kernel would.
  bool Arm();
  // Accepts what waits, at most accept_budget_per_tick. Of a shared socket the next of those who
  // wait for a connection is then another reactor.
  void Accept();
  // The same for a queue that is lent to this reactor: of a listener with the same options, in a
  // stalled one. False if it gives the queue up, since it may take none for now: others may.
  bool Rescue(Listener* listener);
  // Steers new connections to the other listeners of the group, if there is one. Has the clients of
  // a shared socket refused.
  void BeginDrain();
  // Accepts all that waits, and closes the listener once nothing does: for want of descriptors it
  // stays open, and a later call goes on.
  void ContinueDrain();
  // Closes it whatever waits, and counts what is lost by it.
  void CutDrain();
  // The kernel was asked and has no event for the listener.
  void NothingWaits() noexcept;
  // Listens again: the pause timer has expired.
  void Resume();
  // The same at once, since a descriptor and a place were freed: if that is what it waits for.
  void OnPlaceFreed() {
    if (paused_for_ == Counter::kAcceptPausesRate) return;
    if (paused_for_ == Counter::kAcceptPausesListenerFull && !HasRoom()) return;
    ResumeIfPaused();
  }
  // A connection that it let in has ended. Its place of the server is given back by Admission.
  void OnEnded() noexcept;
  // Works by these limits from now on, which are those of its listener. Its backlog is the
  // listener's own affair: Reactor::ListenAgain.
  void Adopt(const Limits& limits);

  // Takes over a connected, non-blocking socket, as if it had been accepted.
  void Admit(const AcceptedSocket& accepted);

  Listener* listener() noexcept { return listener_.get(); }

  // Whether its queue says that what is new is to be refused (shed_queue_delay_ms).
  bool shedding() const noexcept { return shedder_.shedding(); }

  // The queue of its listener now, over what `queue` was. Any thread.
  void SampleTo(std::int64_t now_ns, ListenerQueue* queue) const;

 private:
  void AcceptUpTo(std::uint64_t connections);
  std::uint64_t AcceptExactly(Listener* from, std::uint64_t connections);
  void AcceptUntilNone(std::uint64_t connections);
  enum class Outcome : std::uint8_t {
    kTaken,   // one has left the queue
    kFailed,  // the same, but there is no connection any more
    kNone,    // nobody waits
    kPaused,  // nobody is taken for now
  };
  // The `first` of a turn tells how long the queue is waited in.
  Outcome AcceptOne(Listener* from, bool first);
  // Takes a place of the listener and one of the server, or neither.
  enum class Place : std::uint8_t { kTaken, kListenerFull, kServerFull };
  Place TakePlace() noexcept;
  void GivePlaceBack() noexcept;
  bool HasRoom() const noexcept;
  std::uint64_t MaxOpen() const noexcept;
  void Enter(const AcceptedSocket& accepted, Place place, bool in_time);
  void RefuseForPlace(int fd, Place place);
  // Whether the peer has to send a PROXY header first.
  enum class Proxied : std::uint8_t { kNo, kYes, kRefused };
  Proxied JudgePeer(const SocketAddress& peer) const noexcept;
  void RefuseForMemory(int fd, Connection* connection);
  std::uint32_t Waiting();
  void CloseListener();
  void Pause(Counter why, std::int64_t ms);
  bool CheckWait(int fd, bool first);
  void SampleLentWait(int fd);
  void JudgeWait(std::int64_t wait_ns) noexcept;
  bool Watch(int op, std::uint32_t events);
  void Unwatch();
  bool WatchAgain();
  void ResumeIfPaused() {
    if (pause_timer_.linked()) Resume();
  }

  ConnectionContext* const ctx_;
  ConnectionTable* const table_;
  const std::uint32_t owner_;
  const int epoll_;
  const std::unique_ptr<Listener> listener_;
  Admission* const admission_;
  Limits limits_;  // of the listener, where ctx_->limits are the server's
  CounterCell accepted_;
  CounterCell active_;
  CounterCell refused_;  // for max_connections_per_listener
  Timer pause_timer_;
  bool paused_ = false;                          // when the kernel was last asked
  Counter paused_for_ = Counter::kAcceptPauses;  // the pause counts there
  Shedder shedder_;
  OneIn wait_turn_;                      // whose time in the queue is sampled
  std::int64_t empty_ns_ = kNeverEmpty;  // when the queue was last seen empty
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ACCEPTOR_H_
