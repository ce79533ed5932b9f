#include "weir/reactor/server_impl.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "weir/reactor/events/descriptor_sink.h"
#include "weir/reactor/host_limits.h"
#include "weir/reactor/listen/accept_queue.h"
#include "weir/reactor/refusals/near_limits.h"
#include "weir/reactor/signal_watch.h"

namespace weir {
namespace {

constexpr int kMaxReactors = 1024;
constexpr std::size_t kMaxListeners = 64;
constexpr std::uint32_t kMaxWeight = 65535;  // so that their sum is no larger than a program's word
static_assert(kMaxListeners <= Acceptor::kMaxListeners);

std::string RandomId() {
  unsigned char bytes[16] = {};
  (void)!::getrandom(bytes, sizeof(bytes), 0);  // up to 256 bytes come whole (getrandom(2))
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes), sizeof(bytes)});
}

std::int64_t NowMs() { return Clock::System()->MonotonicNs() / 1'000'000; }

// Keeps signals away from the threads that are started while it lives: they are for the threads of
// the service.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &previous_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t previous_;
};

absl::Status CheckWeights(const std::vector<std::uint32_t>& weights, int reactors) {
  if (weights.empty()) return absl::OkStatus();
  if (weights.size() != static_cast<std::size_t>(reactors)) {
    return absl::InvalidArgumentError(absl::StrCat(weights.size(), " reactor_weights for ",
                                                   reactors,
                                                   " reactors: give one for each, or none"));
  }
  const std::uint32_t most = *std::max_element(weights.begin(), weights.end());
  if (most >= 1 && most <= kMaxWeight) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the largest of the reactor_weights is ", most, ": give 1 to ", kMaxWeight));
}

// The listeners of each address, with marks from `first_mark` on, unless that is 0 or it turns out
// that this process may not.
std::vector<SynQueueGroup> MarkListeners(const std::vector<Reactor::Listeners>& reactors,
                                         std::uint32_t first_mark) {
  std::vector<SynQueueGroup> groups;
  for (std::size_t place = 0; place < reactors.front().size(); ++place) {
    if (reactors.front()[place]->shared()) continue;  // a Unix socket has no SYN queue
    SynQueueGroup group;
    group.address = reactors.front()[place]->address();
    group.listeners = reactors.size();
    group.first_mark = first_mark;
    for (const Reactor::Listeners& listeners : reactors) {
      if (group.first_mark == 0) break;
      const absl::Status status = listeners[place]->SetMark(first_mark++);
      if (status.ok()) continue;
      group.first_mark = 0;
      group.no_mark = std::string(status.message());
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace

Server::Impl::Impl(const ServerOptions& options)
    : options_(options),
      limits_(options.limits),
      events_(Clock::System(), options.on_event ? options.on_event : DescriptorSink(STDERR_FILENO),
              options.limits.max_events_per_minute) {}

Server::Impl::~Impl() {
  RequestDrain(0);
  for (std::thread& thread : threads_) thread.join();
  if (finished_fd_ >= 0) ::close(finished_fd_);
}

absl::Status Server::Impl::Start(const HandlerFactory& factory) {
  const int count = options_.reactors == 0 ? DefaultReactorCount() : options_.reactors;
  if (count < 1 || count > kMaxReactors) {
    return absl::InvalidArgumentError(absl::StrCat("reactors = ", options_.reactors, ": give 1 to ",
                                                   kMaxReactors, ", or 0 for one for each CPU"));
  }
  if (absl::Status status = CheckWeights(options_.reactor_weights, count); !status.ok())
    return status;
  if (absl::Status status = MakeHandlers(factory, count); !status.ok()) return status;
  RaiseDescriptorLimit();
  boot_id_ = RandomId();
  started_ns_ = Clock::System()->MonotonicNs();
  finished_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (finished_fd_ < 0) {
    return absl::ResourceExhaustedError(absl::StrCat("eventfd: ", std::strerror(errno)));
  }
  if (absl::Status status = OpenReactors(count); !status.ok()) return status;
  if (absl::Status status = StartThreads(); !status.ok()) return status;
  ApplyDistribution();
  backlogs_version_.store(limits_.version());  // as they were opened
  limits_teller_ = std::make_unique<LimitsTeller>(&limits_, &events_);
  limits_.OnPublish([this] {
    ApplyToListeners();
    (void)WakeForLimits(Clock::System()->MonotonicNs());
    watch_.Wake();  // wakes the others in time; and the intervals may be others
    kernel_watch_.Wake();
    events_.SetPerMinute(limits_.current()->limits.max_events_per_minute);
    limits_teller_->Tell();
  });
  return absl::OkStatus();
}

absl::Status Server::Impl::MakeHandlers(const HandlerFactory& factory, int count) {
  handlers_.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    try {
      handlers_.push_back(factory(i));
    } catch (...) {
      return absl::InternalError(absl::StrCat("the handler factory threw for reactor ", i));
    }
    if (!handlers_.back()) {
      return absl::InvalidArgumentError("the handler is empty: give a function");
    }
  }
  return absl::OkStatus();
}

// All of one group before the next is begun: an address that two of the options name is found.
absl::Status Server::Impl::OpenListeners(int count, std::vector<Reactor::Listeners>* opened) {
  std::vector<ListenerOptions> wanted = options_.listeners;
  if (wanted.empty()) wanted.emplace_back().address = options_.address;
  if (wanted.size() > kMaxListeners) {
    return absl::InvalidArgumentError(
        absl::StrCat(wanted.size(), " listeners: give at most ", kMaxListeners));
  }
  opened->resize(static_cast<std::size_t>(count));
  for (const ListenerOptions& options : wanted) {
    auto group = ListenerGroup::Create(Syscalls::System(), options, options_.share_address);
    if (!group.ok()) return group.status();
    groups_.push_back(*std::move(group));
    for (std::size_t i = 0; i < opened->size(); ++i) {
      const std::uint32_t weight =
          options_.reactor_weights.empty() ? 1 : options_.reactor_weights[i];
      auto listener = groups_.back()->Open(options_.limits.listen_backlog, weight);
      if (!listener.ok()) return listener.status();
      (*opened)[i].push_back(*std::move(listener));
    }
    const ListenerInfo& info = groups_.back()->info();
    for (const ListenerInfo& other : listeners_) {
      if (other.name != info.name) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("two listeners have the name \"", info.name, "\": give each its own"));
    }
    listeners_.push_back(info);
    limits_.AddListener(info.name, groups_.back()->own_limits());
  }
  return absl::OkStatus();
}

absl::Status Server::Impl::OpenReactors(int count) {
  std::vector<Reactor::Listeners> listeners;
  if (absl::Status status = OpenListeners(count, &listeners); !status.ok()) return status;
  kernel_.Begin(MarkListeners(listeners, options_.first_listener_mark));
  for (int i = 0; i < count; ++i) {
    ReactorOptions options;
    options.index = static_cast<std::uint32_t>(i);
    options.syscalls = Syscalls::System();
    options.clock = Clock::System();
    options.handler = &handlers_[static_cast<std::size_t>(i)];
    options.limits = &limits_;
    options.admission = &admission_;
    options.buffered_bytes = &buffered_bytes_;
    auto reactor = Reactor::Create(options, std::move(listeners[static_cast<std::size_t>(i)]));
    if (!reactor.ok()) return reactor.status();
    reactors_.push_back(*std::move(reactor));
  }
  return absl::OkStatus();
}

absl::Status Server::Impl::StartThreads() {
  const SignalsBlocked blocked;
  try {
    for (const auto& reactor : reactors_) {
      running_.fetch_add(1);
      threads_.emplace_back([this, &reactor] { RunReactor(reactor.get()); });
      const std::string name = absl::StrCat("weir-", threads_.size() - 1);
      ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
    }
  } catch (const std::system_error& error) {
    running_.fetch_sub(1);
    return absl::ResourceExhaustedError(absl::StrCat("a thread for a reactor: ", error.what(),
                                                     "; raise RLIMIT_NPROC, or give ",
                                                     "fewer reactors than ", reactors_.size()));
  }
  std::vector<Reactor*> watched;
  for (const auto& reactor : reactors_) watched.push_back(reactor.get());
  stall_watch_ = std::make_unique<StallWatch>(std::move(watched));
  absl::Status status = watch_.Start([this] { return Watch(); });
  status.Update(kernel_watch_.Start([this] { return WatchKernel(); }, "weir-kernel"));
  return status;
}

void Server::Impl::RunReactor(Reactor* reactor) {
  while (!reactor->finished()) reactor->RunOnce(-1);
  if (running_.fetch_sub(1) == 1) {
    TellDrainEnded();
    const std::uint64_t one = 1;
    (void)!::write(finished_fd_, &one, sizeof(one));  // never read: stays readable for every Wait
    watch_.End();
    kernel_watch_.End();
  }
}

DrainReport Server::Impl::CountClosed() const {
  DrainReport report;
  for (const auto& reactor : reactors_) {
    const ReactorStats stats = reactor->Stats();
    report.connections_queued_cut +=
        stats.counters[static_cast<std::size_t>(Counter::kDrainQueueCut)];
    for (std::size_t i = 0; i < kCloseReasonCount; ++i) {
      const bool cut = static_cast<CloseReason>(i) == CloseReason::kDrainCut;
      (cut ? report.connections_cut : report.connections_finished) += stats.connections_closed[i];
    }
  }
  return report;
}

void Server::Impl::RequestDrain(std::uint64_t timeout_ms) {
  bool begins = false;
  {
    const std::lock_guard<std::mutex> lock(drain_mutex_);
    begins = !draining_.exchange(true);
    if (begins) before_drain_ = CountClosed();
  }
  if (begins && running_.load() > 0) TellDrainBegan(timeout_ms);
  const std::int64_t deadline_ms = NowMs() + static_cast<std::int64_t>(timeout_ms);
  for (const auto& reactor : reactors_) reactor->RequestDrain(deadline_ms);
}

void Server::Impl::TellDrainBegan(std::uint64_t timeout_ms) {
  std::uint64_t active = 0;
  for (const auto& reactor : reactors_) active += reactor->Stats().connections_active;
  Event event;
  event.kind = EventKind::kDrainBegan;
  event.numbers = {{"connections_active", active}, {"drain_timeout_ms", timeout_ms}};
  event.text = absl::StrCat("no new connections are taken; ", active, " are open and have ",
                            timeout_ms, " ms to end");
  events_.Append(std::move(event));
}

// Before any Wait() returns.
void Server::Impl::TellDrainEnded() {
  const DrainReport report = CountDrained();
  Event event;
  event.kind = EventKind::kDrainEnded;
  event.numbers = {{"connections_finished", report.connections_finished},
                   {"connections_cut", report.connections_cut},
                   {"connections_queued_cut", report.connections_queued_cut}};
  event.text =
      absl::StrCat("all connections have ended: ", report.connections_finished,
                   " with nothing lost, ", report.connections_cut, " cut by the deadline, ",
                   report.connections_queued_cut, " never accepted");
  if (report.connections_cut + report.connections_queued_cut > 0) {
    event.fix = "give the next drain more time: raise drain_timeout_ms";
  }
  events_.Append(std::move(event));
}

DrainReport Server::Impl::CountDrained() {
  const DrainReport now = CountClosed();
  const std::lock_guard<std::mutex> lock(drain_mutex_);
  return {now.connections_finished - before_drain_.connections_finished,
          now.connections_cut - before_drain_.connections_cut,
          now.connections_queued_cut - before_drain_.connections_queued_cut};
}

DrainReport Server::Impl::Wait() {
  std::unique_ptr<SignalWatch> signals;
  if (options_.handle_signals) {
    // Without it Drain() still ends the server: signals then do what they did before.
    if (auto installed = SignalWatch::Install(); installed.ok()) signals = *std::move(installed);
  }
  pollfd waits[] = {{finished_fd_, POLLIN, 0}, {signals ? signals->fd() : -1, POLLIN, 0}};
  while ((waits[0].revents & POLLIN) == 0) {
    if (::poll(waits, 2, -1) < 0) waits[0].revents = waits[1].revents = 0;  // EINTR
    if (waits[1].revents != 0 && !draining_.load()) {
      RequestDrain(limits_.current()->limits.drain_timeout_ms);
      waits[1].fd = -1;
    }
  }
  return CountDrained();
}

ServerStats Server::Impl::QueueStats() const {
  ServerStats stats = StatsOfServer();
  for (const auto& reactor : reactors_) stats.reactors.push_back({reactor->QueueCounts()});
  stats.limits_version = limits_.version();
  return stats;
}

// All but what is of the reactors and of the limits in force.
ServerStats Server::Impl::StatsOfServer() const {
  ServerStats stats;
  stats.boot_id = boot_id_;
  const std::int64_t now_ns = Clock::System()->MonotonicNs();
  stats.monotonic_ns = static_cast<std::uint64_t>(now_ns);
  stats.uptime_ns = static_cast<std::uint64_t>(now_ns - started_ns_);
  stats.address = address();
  stats.draining = draining_.load();
  stats.backlogs_version = backlogs_version_.load();  // before the queues, which may be newer
  stats.kernel = kernel_.Latest();
  return stats;
}

ServerStats Server::Impl::Stats() const {
  ServerStats stats = StatsOfServer();
  stats.reactors = StatsOfReactors();
  const auto snapshot = limits_.current();
  stats.limits_version = snapshot->version;
  stats.listeners = OwnLimits(snapshot->layers);
  stats.jiffy_ns = JiffyNs();
  stats.events_newest = events_.newest();
  stats.events_suppressed = events_.suppressed();
  stats.warnings = Warnings(*snapshot);
  for (NearLimit& it : FindNearLimits(SumOfSizes(stats.reactors), snapshot->limits)) {
    stats.warnings.push_back(absl::StrCat(it.text, ": ", it.fix));
  }
  for (const auto& group : groups_) stats.steering_failures += group->steering_failures();
  return stats;
}

std::vector<BadRequest> Server::Impl::BadRequests() const {
  std::vector<BadRequest> all;
  for (const auto& reactor : reactors_) {
    for (BadRequest& request : reactor->BadRequests()) all.push_back(std::move(request));
  }
  std::stable_sort(all.begin(), all.end(), [](const BadRequest& a, const BadRequest& b) {
    return a.monotonic_ns < b.monotonic_ns;
  });
  return all;
}

}  // namespace weir
