// What the kernel tells of a listening Unix socket.

#ifndef WEIR_REACTOR_KERNEL_UNIX_DIAG_H_
#define WEIR_REACTOR_KERNEL_UNIX_DIAG_H_

#include <cstdint>
#include <optional>

#include "weir/reactor/loop/syscalls.h"

namespace weir {

struct UnixQueue {
  std::uint32_t depth = 0;    // connections that wait to be accepted
  std::uint32_t backlog = 0;  // as the kernel took it; the queue holds one more
};

// Asks by NETLINK_SOCK_DIAG for one socket (UNIX_DIAG_RQLEN in sock_diag(7); sk_diag_show_rqlen in
// net/unix/diag.c); no privilege is needed. One thread at a time, in the socket's network
// namespace.
class UnixDiag {
 public:
  // `syscalls` is not owned and must outlive this.
  explicit UnixDiag(Syscalls* syscalls) noexcept : syscalls_(syscalls) {}
  ~UnixDiag();
  UnixDiag(const UnixDiag&) = delete;
  UnixDiag& operator=(const UnixDiag&) = delete;

  // The queue of the listening socket with that inode, as fstat(2) tells it. None where the kernel
  // does not tell: it has no unix_diag, or there is no such socket.
  std::optional<UnixQueue> QueueOf(std::uint32_t inode);

 private:
  bool EnsureOpen();
  bool Ask(std::uint32_t inode);
  std::optional<UnixQueue> ReadAnswer();

  Syscalls* const syscalls_;
  int fd_ = -1;
  std::uint32_t sequence_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_KERNEL_UNIX_DIAG_H_
