// One epoll loop: its listeners, its connections, and a fixed order of work.

#ifndef WEIR_REACTOR_LOOP_REACTOR_H_
#define WEIR_REACTOR_LOOP_REACTOR_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/reactor/conn/connection_context.h"
#include "weir/reactor/conn/connection_table.h"
#include "weir/reactor/handler.h"
#include "weir/reactor/limits_store.h"
#include "weir/reactor/listen/listener.h"
#include "weir/reactor/loop/acceptor.h"
#include "weir/reactor/loop/admission.h"
#include "weir/reactor/loop/clock.h"
#include "weir/reactor/loop/counters.h"
#include "weir/reactor/loop/http_date.h"
#include "weir/reactor/loop/lent_queues.h"
#include "weir/reactor/loop/mailbox.h"
#include "weir/reactor/loop/refusing_handler.h"
#include "weir/reactor/loop/sweep.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/loop/timer_wheel.h"
#include "weir/reactor/refusals/bad_request_ring.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// What a reactor works with. Nothing here is owned, and all must outlive the reactor.
struct ReactorOptions {
  std::uint32_t index = 0;
  Syscalls* syscalls = nullptr;
  Clock* clock = nullptr;
  const AnyHandler* handler = nullptr;
  const LimitsStore* limits = nullptr;
  SharedAdmission* admission = nullptr;  // of all reactors of the server
  // Of all reactors of the server: see max_buffered_bytes.
  std::atomic<std::uint64_t>* buffered_bytes = nullptr;
  TransitionLog* transitions = nullptr;  // of its connections, for tests
};

// One tick does, in this order: wait; read the clock; adopt new limits; fire timers; accept; serve
// the connections that have something to read, or room to write, or another turn due; take the
// answers that other threads sent; publish. Each step has a budget, so none starves the others.
//
// RunOnce and AddConnection are for one thread, which is the reactor's; the rest is for any thread.
class Reactor final : private ResponseSink {
 public:
  using Listeners = std::vector<std::unique_ptr<Listener>>;

  // RESOURCE_EXHAUSTED when the kernel gives no epoll or event descriptor. REQUIRES: 1 to
  // Acceptor::kMaxListeners listeners.
  static absl::StatusOr<std::unique_ptr<Reactor>> Create(const ReactorOptions& options,
                                                         Listeners listeners);
  ~Reactor() override;
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // One tick that waits at most `max_wait_ms` (-1: until something happens, or a timer is due).
  void RunOnce(std::int64_t max_wait_ms);

  // Serves a connected, non-blocking socket, which it takes over.
  void AddConnection(int fd, const SocketAddress& peer);

  // Whether the drain has ended: no listener and no connection.
  bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

  // Ends a wait, so that a tick begins.
  void Wake() { mailbox_->Wake(); }

  // Begins to drain at the next tick: stops listening, finishes what is under way, and cuts the
  // rest at `deadline_ms` of the clock (in milliseconds). A later call may only bring the deadline
  // forward.
  void RequestDrain(std::int64_t deadline_ms);

  ReactorStats Stats() const;
  // The same without the histograms, over what `counts` was: its memory is used again.
  void CountTo(ReactorCounts* counts) const;
  // Of them the reactor, applied_limits_version and the queues. It reads nothing that the reactor
  // writes at each request, whose cache lines that would take away.
  ReactorCounts QueueCounts() const;
  // The last requests that it refused, oldest first.
  std::vector<BadRequest> BadRequests() const { return bad_requests_.Copy(); }

  Heartbeat heartbeat() const noexcept { return counters_.heartbeat.Get(); }

  // For the one thread that watches the reactors. Has `peer` accept what waits for this one, at
  // every listener, until TakeBackFrom; both must outlive that. It takes no part, so that it works
  // while it is stalled. REQUIRES: the same listeners in the same order. A peer that lacks
  // descriptors gives up; lending again changes that.
  void LendTo(Reactor* peer);
  // When this returns the peer does not touch the queue of this one any more.
  void TakeBackFrom(Reactor* peer);
  // Listens again on each listener, with the backlog that `layers` come to for it, at once and
  // whatever the reactor is at. A backlog that the kernel refuses leaves the one before it, as
  // Stats() shows. Any thread.
  void ListenAgain(const LimitLayers& layers);
  // Steers new connections to the other reactors, or no longer.
  void SteerAway(bool away);
  // Counts a turn that lasted too long.
  void CountStall() noexcept { counters_[Counter::kStalls].Add(); }
  // Has it count them itself from its next turn on, each as it ends. Before its thread runs.
  void CountOwnStalls() noexcept { counts_own_stalls_ = true; }
  // The version of the limits that it works by.
  std::uint64_t AppliedVersion() const noexcept { return counters_.applied_limits_version.Get(); }

 private:
  explicit Reactor(const ReactorOptions& options);

  ExchangeEnd* Find(ResponseTicket ticket) noexcept override;

  absl::Status Open(Listeners listeners);
  // The acceptor whose events and timer carry `owner`, or null.
  Acceptor* AcceptorOf(std::uint64_t owner) noexcept;
  std::int64_t WaitMs(std::int64_t max_wait_ms) const noexcept;
  bool AskedMeanwhile() const noexcept;
  int WaitForEvents(std::int64_t max_wait_ms);
  // Its index and its queues.
  void SampleQueuesTo(ReactorCounts* counts) const;
  void ReadClock();
  void AdoptLimits();
  void WordRefusals();
  void FireTimers();
  void AcceptAll(int count);
  void ChooseHandler() noexcept;
  void Rescue();
  void ServeEvents(int count);
  void GiveTurns();
  void TakeDeliveries();
  void SayFarewell();
  template <typename Callback>
  void RunCallback(Callback callback);
  void BeginDrain();
  void EndDrain();
  void ReleaseEnded();
  void PublishBufferedBytes();
  void CountIfStalled() noexcept;
  template <typename Step>
  void Drive(Connection* connection, Step step);
  void TellOfDrain();

  static constexpr std::uint32_t kWakeOwner = 0xffffffff;
  static constexpr std::uint32_t kLentOwner = 0xfffffffe;
  static constexpr int kMaxEvents = 64;

  const ReactorOptions options_;
  int epoll_ = -1;
  int wake_ = -1;
  Mailbox* mailbox_ = nullptr;  // owned until Mailbox::Abandon
  ReactorCounters counters_;
  BadRequestRing bad_requests_;
  TimerWheel timers_;
  HttpDate date_;
  ConnectionContext context_;
  ConnectionTable table_;
  Admission admission_;
  AnyHandler refusing_;                     // in the place of the service's while load is shed
  std::uint64_t refusals_say_seconds_ = 0;  // the Retry-After of what refuses; 0: nothing yet
  std::vector<std::unique_ptr<Acceptor>> acceptors_;  // one for each listener
  std::unique_ptr<LentQueues> lent_;                  // by other reactors to this one
  std::vector<Mailbox::Message> messages_;
  std::vector<std::uint32_t> turns_;
  std::vector<Farewell> farewells_;
  epoll_event events_[kMaxEvents];
  std::uint64_t applied_version_ = 0;
  std::atomic<std::int64_t> drain_deadline_ms_;
  std::atomic<bool> finished_{false};
  bool counts_own_stalls_ = false;
  Sweep sweep_;
  bool telling_of_drain_ = false;  // some of those who were open when it began
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_REACTOR_H_
