// The messages of NETLINK_SOCK_DIAG for TCP sockets (sock_diag(7), net/ipv4/inet_diag.c).

#ifndef WEIR_REACTOR_KERNEL_DIAG_MESSAGE_H_
#define WEIR_REACTOR_KERNEL_DIAG_MESSAGE_H_

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "weir/reactor/socket_address.h"

namespace weir {

// What is to be dumped. The kernel does the filtering.
struct DiagQuery {
  int family = AF_INET;               // AF_INET or AF_INET6: the kernel knows no dump of both
  std::uint32_t states = 0;           // 1 << TCP_LISTEN and so on (netinet/tcp.h)
  std::uint16_t port = 0;             // of this side; 0: any
  std::optional<std::uint32_t> mark;  // SO_MARK; the kernel wants CAP_NET_ADMIN for it
};

// A request for a dump, as bytes to be sent.
class DiagRequest {
 public:
  DiagRequest(const DiagQuery& query, std::uint32_t sequence) noexcept;
  const void* data() const noexcept { return &message_; }
  std::size_t size() const noexcept { return message_.header.nlmsg_len; }

 private:
  struct {
    nlmsghdr header;
    inet_diag_req_v2 body;
    // Only with a mark: a filter of one condition.
    struct {
      nlattr header;
      inet_diag_bc_op op;
      inet_diag_markcond condition;
    } filter;
  } message_;
};

// One socket. What the kernel did not tell is absent.
struct DiagRow {
  SocketAddress address;      // of this side
  std::uint8_t state = 0;     // TCP_LISTEN and so on
  std::uint32_t depth = 0;    // idiag_rqueue; of a listener: connections in its accept queue
  std::uint32_t backlog = 0;  // idiag_wqueue; of a listener: its backlog as the kernel took it
  std::uint32_t uid = 0;      // owner
  std::uint32_t inode = 0;    // as in /proc/PID/fd; 0 for a connection that no socket has yet
  std::optional<std::uint32_t> discards;  // SK_MEMINFO_DROPS, modulo 2^32: see ReadDiscards
  std::optional<std::uint32_t> mark;      // SO_MARK; told to CAP_NET_ADMIN alone
  std::optional<bool> ipv6_only;          // whether no IPv4 client reaches it; of IPv6 sockets
};

enum class DiagReply : std::uint8_t {
  kMore,         // all of it was read, and more will come
  kDone,         // the dump ends here
  kInterrupted,  // the table changed meanwhile (NLM_F_DUMP_INTR): what was read may be wrong
  kMalformed,    // a length does not fit
  kError,        // the kernel refused: DiagReplyResult::error
};

struct DiagReplyResult {
  DiagReply reply = DiagReply::kMore;
  int error = 0;  // an errno value, with kError
};

// Reads one datagram. Messages with another sequence number are passed over: they answer a dump
// that was given up. Calls `on_row` for each row, in order; `data` need not be aligned.
DiagReplyResult ParseDiagReply(const char* data, std::size_t size, std::uint32_t sequence,
                               absl::FunctionRef<void(const DiagRow&)> on_row);

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_DIAG_MESSAGE_H_
