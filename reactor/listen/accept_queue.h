// Reads the kernel's accept queue of a listening socket.

#ifndef WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_H_
#define WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_H_

#include <cstdint>
#include <optional>

#include "weir/reactor/loop/syscalls.h"

namespace weir {

struct AcceptQueueDepth {
  std::uint32_t depth = 0;    // connections that wait to be accepted
  std::uint32_t backlog = 0;  // as the kernel took it; the queue holds one more
};

// TCP_INFO of a socket in state TCP_LISTEN: tcpi_unacked is sk_ack_backlog and tcpi_sacked is
// sk_max_ack_backlog (tcp_get_info in net/ipv4/tcp.c, which returns before it takes the socket's
// lock). None if the call fails. Any thread may read any listener; about 0.3 us.
std::optional<AcceptQueueDepth> ReadAcceptQueue(Syscalls* syscalls, int listener);

// SK_MEMINFO_DROPS of SO_MEMINFO (net/core/sock.c): packets that the listener discarded, modulo
// 2^32, for whatever reason. Overflow is one of several: this is not an overflow count. None if
// the call fails.
std::optional<std::uint32_t> ReadDiscards(Syscalls* syscalls, int listener);

// How long a connection waited to be accepted, in ms with the resolution of a jiffy: its
// tcpi_last_data_sent, which begins when the handshake ends (lsndtime in tcp_create_openreq_child,
// net/ipv4/tcp_minisocks.c). REQUIRES: just accepted, nothing was sent. None if the call fails.
// About 0.4 us.
std::optional<std::uint32_t> ReadMsInAcceptQueue(Syscalls* syscalls, int accepted);

// The length of a jiffy in ns: the resolution of the kernel's coarse clock (clock_getres(2)).
std::uint64_t JiffyNs();

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_ACCEPT_QUEUE_H_
