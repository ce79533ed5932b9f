// What a server's threads beside the reactors do at each look.
#include <algorithm>
#include <new>
#include <vector>

#include "weir/reactor/server_impl.h"

namespace weir {
namespace {

// A reactor whose last turn began less long ago is taken to begin another by itself; the next look
// at those that do not work by the present limits yet is this long after.
constexpr std::chrono::nanoseconds kUnderLoad = std::chrono::milliseconds(1);

}  // namespace

WatchThread::Again Server::Impl::Watch() {
  const std::int64_t now_ns = Clock::System()->MonotonicNs();
  const auto snapshot = limits_.current();
  const Limits& limits = snapshot->limits;
  const auto interval_ns = static_cast<std::int64_t>(limits.watch_interval_ms) * 1'000'000;
  const bool all_work_by_them = WakeForLimits(now_ns);
  WatchThread::Again next = std::chrono::nanoseconds(interval_ns);
  try {
    next = stall_watch_->Look(now_ns, limits);
    const bool last = running_.load() == 0;
    if (looks_.Take(now_ns, interval_ns) || last) LookAtAll(now_ns, limits);
  } catch (const std::bad_alloc&) {  // the next look may do better, and the counters lose nothing
  }
  const WatchThread::Again look = looks_.Next(now_ns, interval_ns);
  if (look.after <= next.after) next = look;
  if (!all_work_by_them && next.after > kUnderLoad) next = kUnderLoad;
  next.after = std::max(next.after, std::chrono::nanoseconds(StallWatch::kLeastNs));
  return next;
}

// Under load a reactor begins a turn sooner than it would be woken; and to wake it splits what it
// serves in one turn, at 1,000 changes a second half of what they cost (./dev bench plane).
bool Server::Impl::WakeForLimits(std::int64_t now_ns) const {
  const std::uint64_t version = limits_.version();
  bool all = true;
  for (const auto& reactor : reactors_) {
    if (reactor->AppliedVersion() >= version) continue;
    all = false;
    const Heartbeat beat = reactor->heartbeat();
    if (!beat.busy && now_ns - beat.began_ns >= kUnderLoad.count()) reactor->Wake();
  }
  return all;
}

void Server::Impl::CountReactorsTo(std::vector<ReactorCounts>* counts) const {
  counts->resize(reactors_.size());
  for (std::size_t i = 0; i < reactors_.size(); ++i) reactors_[i]->CountTo(&(*counts)[i]);
}

std::vector<ReactorStats> Server::Impl::StatsOfReactors() const {
  std::vector<ReactorStats> stats;
  stats.reserve(reactors_.size());
  for (const auto& reactor : reactors_) stats.push_back(reactor->Stats());
  return stats;
}

void Server::Impl::LookAtAll(std::int64_t now_ns, const Limits& limits) {
  limits_.Expire();
  CountReactorsTo(&looked_at_);
  watcher_.Step(now_ns, looked_at_, limits);
  const auto sizes = [this] { return SumOfSizes(StatsOfReactors()); };
  size_watcher_.Step(now_ns, sizes, limits);
}

WatchThread::Again Server::Impl::WatchKernel() {
  const auto snapshot = limits_.current();
  const std::uint64_t interval_ms = snapshot->limits.kernel_sample_interval_ms;
  std::uint64_t wait_ms = interval_ms;
  try {
    if (kernel_.SampleIfDue(Clock::System()->MonotonicNs(), interval_ms, &wait_ms)) {
      const KernelStats latest = kernel_.Latest();
      std::vector<ReactorCounts> reactors;
      CountReactorsTo(&reactors);
      kernel_watcher_.Step(latest, reactors, snapshot->limits);
      drop_watcher_.Step(latest, reactors);
    }
  } catch (const std::bad_alloc&) {  // as for Watch
  }
  return std::chrono::milliseconds(wait_ms);
}

}  // namespace weir
