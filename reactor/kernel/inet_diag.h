// What the kernel tells of the TCP sockets of this network namespace, of all processes.

#ifndef WEIR_REACTOR_KERNEL_INET_DIAG_H_
#define WEIR_REACTOR_KERNEL_INET_DIAG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/kernel/diag_message.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir {

// Which half-open connections are counted.
struct SynQueueFilter {
  std::uint16_t port = 0;  // of the listener; not 0
  // Of the listener: AF_INET, AF_INET6, or AF_UNSPEC for those of both. IPv4 clients of a listener
  // on [::] count as the listener's, AF_INET6.
  int family = AF_UNSPEC;
  // Only those that inherited this SO_MARK from their listener. The kernel wants CAP_NET_ADMIN.
  std::optional<std::uint32_t> mark;
};

// Half-open connections of one address.
struct SynQueueCounts {
  std::uint32_t total = 0;
  // Of these: the connections with the first mark, the next, and so on.
  std::vector<std::uint32_t> by_mark;
  // Whether the kernel told the mark of every connection: without CAP_NET_ADMIN it tells none.
  bool marks_told = true;
};

// Reads by NETLINK_SOCK_DIAG (sock_diag(7)); needs no privilege but for what is said. One thread at
// a time, in the network namespace where the first call was made. A dump of a few listeners takes
// 13 to 24 us and one of half-open connections 0.25 to 0.8 ms, since the kernel walks the table of
// all connections for it: read those at 10 Hz at most.
//
// Errors: PERMISSION_DENIED for a mark without CAP_NET_ADMIN; UNIMPLEMENTED where the kernel has no
// tcp_diag; RESOURCE_EXHAUSTED for want of descriptors or memory; DEADLINE_EXCEEDED when the kernel
// does not answer for a second; ABORTED when the table kept changing under the dump, or part of the
// answer was lost, three times; DATA_LOSS for an answer that makes no sense; else INTERNAL. The
// next call begins anew.
class InetDiag {
 public:
  // `syscalls` is not owned and must outlive this.
  explicit InetDiag(Syscalls* syscalls);
  ~InetDiag();
  InetDiag(const InetDiag&) = delete;
  InetDiag& operator=(const InetDiag&) = delete;

  // Every TCP listener, or those of one port; IPv4 first. Each of a SO_REUSEPORT group is a row.
  absl::StatusOr<std::vector<DiagRow>> Listeners(std::uint16_t port = 0);

  // How many connections wait for the end of their handshake (TCP_SYN_RECV). The kernel does not
  // tell by which listener of a SO_REUSEPORT group: without a mark of its own for each it is the
  // sum of the group. Those answered by a SYN cookie are in no table and are not counted.
  absl::StatusOr<std::uint32_t> CountSynReceived(const SynQueueFilter& filter);

  // The same of a listener's address, which may be the wildcard, and with one dump also by
  // SO_MARK: the `marks` marks from `first_mark` on. Connections with other marks are in the total
  // alone.
  absl::StatusOr<SynQueueCounts> CountSynReceived(const SocketAddress& address,
                                                  std::uint32_t first_mark, std::size_t marks);

 private:
  using OnRow = absl::FunctionRef<void(const DiagRow&)>;

  // Dumps `query`, again if it was interrupted. `on_start` is called before each try.
  absl::Status Dump(const DiagQuery& query, absl::FunctionRef<void()> on_start, OnRow on_row);
  // One try.
  absl::Status TryDump(const DiagQuery& query, OnRow on_row);
  absl::Status Send(const DiagQuery& query);
  absl::Status ReadReplies(OnRow on_row);
  // The next datagram's size, or the error of recv(2).
  absl::StatusOr<std::size_t> Receive();
  absl::Status EnsureOpen();
  void Close();

  Syscalls* const syscalls_;
  int fd_ = -1;  // kept from dump to dump, closed after a failure: a dump may be left in it
  std::uint32_t sequence_ = 0;
  const std::unique_ptr<char[]> buffer_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_INET_DIAG_H_
