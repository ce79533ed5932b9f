// The settings of this host, outside the process, that shape what a server can do.

#ifndef WEIR_REACTOR_KERNEL_HOST_FACTS_H_
#define WEIR_REACTOR_KERNEL_HOST_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace weir {

// As they are now. What can't be read, or this kernel does not have, is absent. The net.* settings
// are those of the network namespace of the thread that reads (Documentation/networking/
// ip-sysctl.rst, Documentation/admin-guide/sysctl/net.rst).
struct HostFacts {
  std::optional<std::uint64_t> somaxconn;              // net.core; connections
  std::optional<std::uint64_t> tcp_max_syn_backlog;    // net.ipv4; ignored with tcp_syncookies=1
  std::optional<std::uint64_t> tcp_syncookies;         // 0 never, 1 when the SYN queue is full, 2
  std::optional<std::uint64_t> tcp_abort_on_overflow;  // 1: a dropped final ACK is a reset
  std::optional<std::uint64_t> tcp_migrate_req;  // 1: a closed listener's queue goes to its group
  std::optional<std::uint64_t> port_low;         // net.ipv4.ip_local_port_range
  std::optional<std::uint64_t> port_high;
  std::optional<std::uint64_t> descriptors;      // RLIMIT_NOFILE, soft; absent: unlimited
  std::optional<std::uint64_t> descriptors_max;  // RLIMIT_NOFILE, hard; absent: unlimited
  std::optional<std::uint64_t> files_open;       // fs.file-nr: of the whole host
  std::optional<std::uint64_t> files_max;
  int cpus_affinity = 0;  // CPUs of this thread's affinity mask
  int cpus_quota = 0;     // CPUs that the cgroup's quota comes to, rounded up; 0: no quota
};

// Reads them anew, some ten small files. `proc` is where procfs is. Any thread.
HostFacts ReadHostFacts(const std::string& proc = "/proc");

// The number that such a file as "net/core/somaxconn" begins with. Any thread.
std::optional<std::uint64_t> ReadSysctl(const std::string& name, const std::string& proc = "/proc");

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_HOST_FACTS_H_
