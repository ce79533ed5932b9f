// How many descriptors this process has open.

#ifndef WEIR_REACTOR_KERNEL_DESCRIPTOR_COUNT_H_
#define WEIR_REACTOR_KERNEL_DESCRIPTOR_COUNT_H_

#include <cstdint>
#include <optional>
#include <string>

namespace weir {

// None if procfs does not tell. From Linux 6.2 on one call, since the size of /proc/self/fd is the
// count (proc_readfd_count in fs/proc/fd.c); before that the entries are counted, some 4 us for
// each: then call it seldom. `proc` is where procfs is. Any thread.
std::optional<std::uint64_t> CountOpenDescriptors(const std::string& proc = "/proc");

// The same by the entries alone, as on older kernels.
std::optional<std::uint64_t> CountDescriptorEntries(const std::string& proc = "/proc");

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_DESCRIPTOR_COUNT_H_
