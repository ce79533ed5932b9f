// Reads the kernel's counters of a network namespace.

#ifndef WEIR_REACTOR_KERNEL_NETNS_COUNTERS_H_
#define WEIR_REACTOR_KERNEL_NETNS_COUNTERS_H_

#include <string>

#include "weir/reactor/kernel_stats.h"

namespace weir {

// Those of the calling thread's network namespace, by name; none if the file can't be read, or a
// name is not there. About 65 us: there is no netlink call for them, the text is the one source.
// `proc` is where procfs is. Any thread.
NetnsCounters ReadNetnsCounters(const std::string& proc = "/proc");

// What each has moved since `before`; none where either does not have it. The counters have 64
// bits, but sums over CPUs that are read one after the other may fall by a little: that is 0.
NetnsCounters Since(const NetnsCounters& before, const NetnsCounters& now);

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_NETNS_COUNTERS_H_
