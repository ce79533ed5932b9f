// Reads what the kernel tells of a server's listeners beyond their accept queues.

#ifndef WEIR_REACTOR_WATCH_KERNEL_SAMPLER_H_
#define WEIR_REACTOR_WATCH_KERNEL_SAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/kernel_stats.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/socket_address.h"
#include "weir/reactor/watch/dump_rest.h"

namespace weir {

// The listeners of one address.
struct SynQueueGroup {
  SocketAddress address;
  std::size_t listeners = 0;
  // The SO_MARK of the first listener; the next have those that follow. 0: they have none.
  std::uint32_t first_mark = 0;
  std::string no_mark;  // why they have none, where they should; else ""
};

// A dump of half-open connections makes the kernel walk the table of all connections, so readings
// are kept and never made more often than asked for. Latest is for any thread, the rest for one, in
// the network namespace of the listeners.
class KernelSampler {
 public:
  // `syscalls` is not owned. `proc` is where procfs is.
  explicit KernelSampler(Syscalls* syscalls, std::string proc = "/proc");

  // Takes the counters as they are for the server's start.
  void Begin(std::vector<SynQueueGroup> groups);

  // Reads anew if the last reading is `interval_ms` old. Whether it did; `*wait_ms` says after how
  // many ms the next one is due.
  bool SampleIfDue(std::int64_t now_ns, std::uint64_t interval_ms, std::uint64_t* wait_ms);

  // The last reading; `monotonic_ns` is 0 before the first.
  KernelStats Latest() const;

 private:
  struct Known {
    SynQueueGroup group;
    SynQueueSample last;
    DumpRest rest;
  };

  const SynQueueSample& ReadSynQueue(std::int64_t now_ns, Known* known);
  SynQueueSample Count(const SynQueueGroup& group);
  void ReadDescriptors(std::int64_t now_ns, KernelStats* stats);

  const std::string proc_;
  InetDiag diag_;
  NetnsCounters at_start_;
  std::vector<Known> known_;
  bool begun_ = false;
  std::int64_t last_ns_ = 0;
  std::int64_t descriptors_due_ns_ = 0;

  mutable std::mutex mutex_;
  KernelStats latest_;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_KERNEL_SAMPLER_H_
