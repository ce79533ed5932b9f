#include "weir/reactor/kernel/host_facts.h"

#include <sys/resource.h>

#include <fstream>

#include "weir/reactor/kernel/cpu_count.h"

namespace weir {
namespace {

// The number at a place, from 0, of those in the file.
std::optional<std::uint64_t> ReadNumber(const std::string& path, int place) {
  std::ifstream in(path);
  std::int64_t number = 0;  // what is negative must not become a large number
  for (int i = 0; i <= place; ++i) {
    if (!(in >> number)) return {};
  }
  if (number < 0) return {};
  return static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> Bound(rlim_t value) {
  if (value == RLIM_INFINITY) return {};
  return value;
}

}  // namespace

std::optional<std::uint64_t> ReadSysctl(const std::string& name, const std::string& proc) {
  return ReadNumber(proc + "/sys/" + name, 0);
}

HostFacts ReadHostFacts(const std::string& proc) {
  HostFacts facts;
  facts.somaxconn = ReadSysctl("net/core/somaxconn", proc);
  facts.tcp_max_syn_backlog = ReadSysctl("net/ipv4/tcp_max_syn_backlog", proc);
  facts.tcp_syncookies = ReadSysctl("net/ipv4/tcp_syncookies", proc);
  facts.tcp_abort_on_overflow = ReadSysctl("net/ipv4/tcp_abort_on_overflow", proc);
  facts.tcp_migrate_req = ReadSysctl("net/ipv4/tcp_migrate_req", proc);
  facts.port_low = ReadNumber(proc + "/sys/net/ipv4/ip_local_port_range", 0);
  facts.port_high = ReadNumber(proc + "/sys/net/ipv4/ip_local_port_range", 1);
  facts.files_open = ReadNumber(proc + "/sys/fs/file-nr", 0);
  facts.files_max = ReadNumber(proc + "/sys/fs/file-nr", 2);
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    facts.descriptors = Bound(descriptors.rlim_cur);
    facts.descriptors_max = Bound(descriptors.rlim_max);
  }
  facts.cpus_affinity = AffinityCpuCount();
  facts.cpus_quota = QuotaCpuCount();
  return facts;
}

}  // namespace weir
