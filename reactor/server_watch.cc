// What a server's threads beside the reactors do at each look.
#include <algorithm>
#include <new>
#include <vector>

#include "weir/reactor/server_impl.h"

namespace weir {

std::chrono::nanoseconds Server::Impl::Watch() {
  const std::int64_t now_ns = Clock::System()->MonotonicNs();
  const auto snapshot = limits_.current();
  const Limits& limits = snapshot->limits;
  const auto interval_ns = static_cast<std::int64_t>(limits.watch_interval_ms) * 1'000'000;
  std::int64_t next_ns = interval_ns;
  try {
    next_ns = stall_watch_->Look(now_ns, limits);
    const bool last = running_.load() == 0;
    if (last || now_ns - looked_ns_ >= interval_ns) LookAtAll(now_ns, limits);
  } catch (const std::bad_alloc&) {  // the next look may do better, and the counters lose nothing
  }
  next_ns = std::min(next_ns, looked_ns_ + interval_ns - now_ns);
  return std::chrono::nanoseconds(std::max(next_ns, StallWatch::kLeastNs));
}

std::vector<ReactorStats> Server::Impl::StatsOfReactors() const {
  std::vector<ReactorStats> stats;
  stats.reserve(reactors_.size());
  for (const auto& reactor : reactors_) stats.push_back(reactor->Stats());
  return stats;
}

void Server::Impl::LookAtAll(std::int64_t now_ns, const Limits& limits) {
  looked_ns_ = now_ns;
  limits_.Expire();
  const std::vector<ReactorStats> stats = StatsOfReactors();
  watcher_.Step(now_ns, stats, limits);
  size_watcher_.Step(now_ns, stats, limits);
}

std::chrono::nanoseconds Server::Impl::WatchKernel() {
  const auto snapshot = limits_.current();
  const std::uint64_t interval_ms = snapshot->limits.kernel_sample_interval_ms;
  std::uint64_t wait_ms = interval_ms;
  try {
    if (kernel_.SampleIfDue(Clock::System()->MonotonicNs(), interval_ms, &wait_ms)) {
      const KernelStats latest = kernel_.Latest();
      const std::vector<ReactorStats> reactors = StatsOfReactors();
      kernel_watcher_.Step(latest, reactors, snapshot->limits);
      drop_watcher_.Step(latest, reactors);
    }
  } catch (const std::bad_alloc&) {  // as for Watch
  }
  return std::chrono::milliseconds(wait_ms);
}

}  // namespace weir
