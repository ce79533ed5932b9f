#include "weir/reactor/listen/accept_queue.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <cstddef>

namespace weir {

std::optional<AcceptQueueDepth> ReadAcceptQueue(Syscalls* syscalls, int listener) {
  tcp_info info{};
  // The kernel copies no more than it is asked for: the fields up to tcpi_sacked.
  socklen_t size = offsetof(tcp_info, tcpi_sacked) + sizeof(info.tcpi_sacked);
  if (syscalls->GetSockOpt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return AcceptQueueDepth{info.tcpi_unacked, info.tcpi_sacked};
}

std::optional<std::uint32_t> ReadDiscards(Syscalls* syscalls, int listener) {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof(info);
  if (syscalls->GetSockOpt(listener, SOL_SOCKET, SO_MEMINFO, info, &size) != 0) return {};
  if (size < (SK_MEMINFO_DROPS + 1) * sizeof(info[0])) return {};
  return info[SK_MEMINFO_DROPS];
}

std::optional<std::uint32_t> ReadMsInAcceptQueue(Syscalls* syscalls, int accepted) {
  tcp_info info{};
  socklen_t size = offsetof(tcp_info, tcpi_last_data_sent) + sizeof(info.tcpi_last_data_sent);
  if (syscalls->GetSockOpt(accepted, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return info.tcpi_last_data_sent;
}

std::uint64_t JiffyNs() {
  timespec resolution{};
  ::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
  return static_cast<std::uint64_t>(resolution.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(resolution.tv_nsec);
}

}  // namespace weir
