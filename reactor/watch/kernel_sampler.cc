#include "weir/reactor/watch/kernel_sampler.h"

#include <sys/resource.h>

#include <utility>

#include "weir/reactor/kernel/descriptor_count.h"
#include "weir/reactor/kernel/host_facts.h"
#include "weir/reactor/kernel/netns_counters.h"
#include "weir/reactor/loop/clock.h"

namespace weir {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
// Counting descriptors takes long on older kernels with many of them: at most 1 % of one CPU.
constexpr std::int64_t kRestPerCount = 100;

}  // namespace

KernelSampler::KernelSampler(Syscalls* syscalls, std::string proc)
    : proc_(std::move(proc)), diag_(syscalls) {}

void KernelSampler::Begin(std::vector<SynQueueGroup> groups) {
  known_.clear();
  for (SynQueueGroup& group : groups) known_.push_back({std::move(group), {}, {}});
  at_start_ = ReadNetnsCounters(proc_);
}

bool KernelSampler::SampleIfDue(std::int64_t now_ns, std::uint64_t interval_ms,
                                std::uint64_t* wait_ms) {
  const std::int64_t due_ns = last_ns_ + static_cast<std::int64_t>(interval_ms) * kNsPerMs;
  if (begun_ && now_ns < due_ns) {
    *wait_ms = static_cast<std::uint64_t>((due_ns - now_ns + kNsPerMs - 1) / kNsPerMs);
    return false;
  }
  begun_ = true;
  last_ns_ = now_ns;
  *wait_ms = interval_ms;
  KernelStats stats;
  stats.monotonic_ns = static_cast<std::uint64_t>(now_ns);
  stats.counters = Since(at_start_, ReadNetnsCounters(proc_));
  for (Known& it : known_) stats.syn_queues.push_back(ReadSynQueue(now_ns, &it));
  stats.somaxconn = ReadSysctl("net/core/somaxconn", proc_);
  ReadDescriptors(now_ns, &stats);
  const std::lock_guard<std::mutex> lock(mutex_);
  latest_ = std::move(stats);
  return true;
}

const SynQueueSample& KernelSampler::ReadSynQueue(std::int64_t now_ns, Known* known) {
  if (!known->rest.IsDue(now_ns)) return known->last;
  const std::int64_t began_ns = Clock::System()->MonotonicNs();
  known->last = Count(known->group);
  const std::int64_t took_ns = Clock::System()->MonotonicNs() - began_ns;
  known->rest.Counted(now_ns, took_ns, known->last.half_open);
  return known->last;
}

SynQueueSample KernelSampler::Count(const SynQueueGroup& group) {
  SynQueueSample sample;
  sample.address = group.address.ToString();
  const std::size_t marks = group.first_mark == 0 ? 0 : group.listeners;
  auto counts = diag_.CountSynReceived(group.address, group.first_mark, marks);
  if (!counts.ok()) {
    sample.note = std::string(counts.status().message());
    return sample;
  }
  sample.half_open = counts->total;
  sample.note = group.no_mark;
  sample.scope = SynQueueScope::kGroupTotal;
  if (marks == 0) return sample;
  if (counts->marks_told) {
    sample.scope = SynQueueScope::kPerListener;
    sample.half_open_by_reactor = std::move(counts->by_mark);
  } else {
    sample.note = "the kernel tells SO_MARK to CAP_NET_ADMIN alone";
  }
  return sample;
}

void KernelSampler::ReadDescriptors(std::int64_t now_ns, KernelStats* stats) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    stats->descriptors_limit = limit.rlim_cur;
  }
  if (now_ns < descriptors_due_ns_) {
    stats->descriptors_open = Latest().descriptors_open;
    return;
  }
  const std::int64_t began_ns = Clock::System()->MonotonicNs();
  stats->descriptors_open = CountOpenDescriptors(proc_);
  const std::int64_t took_ns = Clock::System()->MonotonicNs() - began_ns;
  descriptors_due_ns_ = now_ns + took_ns * kRestPerCount;
}

KernelStats KernelSampler::Latest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return latest_;
}

}  // namespace weir
