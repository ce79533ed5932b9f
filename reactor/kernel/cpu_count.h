// How many CPUs this process may use.

#ifndef WEIR_REACTOR_KERNEL_CPU_COUNT_H_
#define WEIR_REACTOR_KERNEL_CPU_COUNT_H_

#include <string>

namespace weir {

// The CPUs of the calling thread's affinity mask, at least 1 (sched_getaffinity(2)).
int AffinityCpuCount();

// The CPUs that the cgroup's quota comes to, rounded up; 0 if there is no quota. `root` is where
// the cgroup files are, "/sys/fs/cgroup"; `self` is the text of /proc/self/cgroup. Version 2: the
// least cpu.max of this cgroup and those above it; version 1: cpu.cfs_quota_us over
// cpu.cfs_period_us (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/ and scheduler/sched-bwc).
int QuotaCpuCount(const std::string& root, const std::string& self);

// The same of this process's own cgroup.
int QuotaCpuCount();

// The affinity mask's, but no more than the quota's; at least 1.
int UsableCpuCount();

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_CPU_COUNT_H_
