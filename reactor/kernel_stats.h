// What the kernel tells of a server's listeners beyond their accept queues: plain values.

#ifndef WEIR_REACTOR_KERNEL_STATS_H_
#define WEIR_REACTOR_KERNEL_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// Counters of the network namespace, of all TCP sockets of all its processes: the group TcpExt of
// /proc/net/netstat (snmp4_net_list in net/ipv4/proc.c).
enum class NetnsCounter : std::uint8_t {
  kListenOverflows,    // attempts to connect that found an accept queue full
  kListenDrops,        // attempts that were dropped, for that or for another reason
  kReqQFullDoCookies,  // SYNs that found a SYN queue full and were answered by a SYN cookie
  kReqQFullDrop,       // the same, but dropped: net.ipv4.tcp_syncookies = 0
  kSyncookiesSent,
  kSyncookiesRecv,     // final ACKs with a good cookie: the client is in
  kSyncookiesFailed,   // final ACKs with a bad one
  kDeferAcceptDrop,    // bare final ACKs under TCP_DEFER_ACCEPT
  kEmbryonicRsts,      // half-open connections that ended by a reset
  kMigrateReqSuccess,  // connections of a closed listener that a sibling took over
  kMigrateReqFailure,  // those that no sibling could take
};
inline constexpr std::size_t kNetnsCounterCount =
    static_cast<std::size_t>(NetnsCounter::kMigrateReqFailure) + 1;

// The kernel's own names: "ListenOverflows". Any thread.
std::string_view Name(NetnsCounter counter) noexcept;

// None: this kernel has no such counter.
using NetnsCounters = std::array<std::optional<std::uint64_t>, kNetnsCounterCount>;

enum class SynQueueScope : std::uint8_t {
  kUnknown,      // the kernel does not tell: SynQueueSample::note says why
  kGroupTotal,   // the sum of all listeners of the address, those of other processes included
  kPerListener,  // each listener by itself, by its SO_MARK
};

// "unknown", "group total", "per listener". Any thread.
std::string_view Name(SynQueueScope scope) noexcept;

// Connections whose handshake has begun and not ended, of the listeners of one address. Those that
// were answered by a SYN cookie are in no queue and are not counted. While there are none it may be
// older than the reading: DumpRest.
struct SynQueueSample {
  std::string address;  // "127.0.0.1:8080"
  SynQueueScope scope = SynQueueScope::kUnknown;
  std::uint64_t half_open = 0;                      // in total
  std::vector<std::uint32_t> half_open_by_reactor;  // with kPerListener, by ReactorStats::reactor
  std::string note;  // why it is not per listener, where that was asked for, or why it is unknown
};

// Read every Limits::kernel_sample_interval_ms, so up to that old.
struct KernelStats {
  std::uint64_t monotonic_ns = 0;  // CLOCK_MONOTONIC when it was read; 0: not yet
  NetnsCounters counters;          // moved since the server started
  std::vector<SynQueueSample> syn_queues;
  std::optional<std::uint64_t> descriptors_open;   // of this process
  std::optional<std::uint64_t> descriptors_limit;  // RLIMIT_NOFILE, soft; none: unlimited
  // net.core.somaxconn of the network namespace, in connections; none: it can't be read. It caps a
  // backlog when listen(2) is called (__sys_listen_socket in net/socket.c), not later.
  std::optional<std::uint64_t> somaxconn;
};

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_STATS_H_
