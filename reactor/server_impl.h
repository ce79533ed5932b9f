// What a Server is made of.

#ifndef WEIR_REACTOR_SERVER_IMPL_H_
#define WEIR_REACTOR_SERVER_IMPL_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "weir/reactor/listen/listener_group.h"
#include "weir/reactor/loop/reactor.h"
#include "weir/reactor/server.h"
#include "weir/reactor/watch/cadence.h"
#include "weir/reactor/watch/drop_watcher.h"
#include "weir/reactor/watch/kernel_sampler.h"
#include "weir/reactor/watch/kernel_watcher.h"
#include "weir/reactor/watch/limits_teller.h"
#include "weir/reactor/watch/size_watcher.h"
#include "weir/reactor/watch/stall_watch.h"
#include "weir/reactor/watch/watch_thread.h"
#include "weir/reactor/watch/watcher.h"

namespace weir {

class Server::Impl {
 public:
  explicit Impl(const ServerOptions& options);
  ~Impl();

  // Listens, makes the reactors and starts their threads.
  absl::Status Start(const HandlerFactory& factory);
  void RequestDrain(std::uint64_t timeout_ms);
  DrainReport Wait();
  bool WaitForLimits(std::uint64_t version, std::uint64_t timeout_ms) const;
  ServerStats Stats() const;
  ServerStats QueueStats() const;
  std::vector<BadRequest> BadRequests() const;
  std::vector<std::string> Warnings(const LimitsSnapshot& snapshot) const;
  bool shares_address() const noexcept { return options_.share_address; }
  bool draining() const noexcept { return draining_.load(); }

  const std::string& address() const noexcept { return listeners_.front().address; }
  std::uint16_t port() const noexcept { return listeners_.front().port; }
  const std::vector<ListenerInfo>& listeners() const noexcept { return listeners_; }
  const std::string& boot_id() const noexcept { return boot_id_; }
  int reactors() const noexcept { return static_cast<int>(reactors_.size()); }
  LimitsStore& limits() noexcept { return limits_; }
  EventLog& events() noexcept { return events_; }

 private:
  absl::Status MakeHandlers(const HandlerFactory& factory, int count);
  // Opens every listener, `count` times each, into listeners for each reactor.
  absl::Status OpenListeners(int count, std::vector<Reactor::Listeners>* opened);
  absl::Status OpenReactors(int count);
  absl::Status StartThreads();
  void RunReactor(Reactor* reactor);
  // Looks for stalls, and every watch_interval_ms at everything. Returns when to look again.
  WatchThread::Again Watch();
  void LookAtAll(std::int64_t now_ns, const Limits& limits);
  ServerStats StatsOfServer() const;
  // Of every reactor, over what `counts` was.
  void CountReactorsTo(std::vector<ReactorCounts>* counts) const;
  std::vector<ReactorStats> StatsOfReactors() const;
  // The same of what the kernel tells, which may take long.
  WatchThread::Again WatchKernel();
  bool AllWorkBy(std::uint64_t version) const;
  // Wakes each reactor that does not work by the present limits yet and has waited for events for a
  // while. Returns whether all work by them.
  bool WakeForLimits(std::int64_t now_ns) const;
  // The listeners, with what `layers` sets for each.
  std::vector<ListenerInfo> OwnLimits(const LimitLayers& layers) const;
  void TellDrainBegan(std::uint64_t timeout_ms);
  void TellDrainEnded();
  // What the drain has come to so far.
  DrainReport CountDrained();
  // Has the kernel share connections as the present limits say.
  void ApplyDistribution();
  // Does at once what the present limits say of the listeners, in the thread of who published them.
  void ApplyToListeners();
  // Connections closed so far, and how many of them were cut.
  DrainReport CountClosed() const;

  const ServerOptions options_;
  std::vector<AnyHandler> handlers_;  // one for each reactor
  LimitsStore limits_;
  EventLog events_;
  Watcher watcher_{&events_};                // the watch thread's
  SizeWatcher size_watcher_{&events_};       // the watch thread's
  std::unique_ptr<StallWatch> stall_watch_;  // the watch thread's
  Cadence looks_;                            // at everything; the watch thread's
  std::vector<ReactorCounts> looked_at_;     // at the last of these looks; the watch thread's
  SharedAdmission admission_;
  std::atomic<std::uint64_t> buffered_bytes_{0};
  std::vector<ListenerInfo> listeners_;  // as they began
  std::string boot_id_;
  std::int64_t started_ns_ = 0;

  std::vector<std::unique_ptr<ListenerGroup>> groups_;  // of the reactors' listeners
  std::vector<std::unique_ptr<Reactor>> reactors_;
  std::vector<std::thread> threads_;

  std::mutex listeners_mutex_;  // held while the present limits are read and applied to listeners
  std::atomic<std::uint64_t> backlogs_version_{0};

  int finished_fd_ = -1;  // an eventfd, readable once every reactor has finished
  std::atomic<std::size_t> running_{0};
  std::atomic<bool> draining_{false};
  DrainReport before_drain_;  // CountClosed() when the drain began; guarded by drain_mutex_
  std::mutex drain_mutex_;

  std::unique_ptr<LimitsTeller> limits_teller_;  // knows the limits of the start

  KernelSampler kernel_{Syscalls::System()};  // the kernel_watch_ thread's
  KernelWatcher kernel_watcher_{&events_};    // so are these
  DropWatcher drop_watcher_{&events_};

  // The last members: they look at the others until they have ended.
  WatchThread watch_;
  WatchThread kernel_watch_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_SERVER_IMPL_H_
