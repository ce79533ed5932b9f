// A listening Unix socket, from which several reactors accept.

#ifndef WEIR_REACTOR_LISTEN_SHARED_SOCKET_H_
#define WEIR_REACTOR_LISTEN_SHARED_SOCKET_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/kernel/unix_diag.h"
#include "weir/reactor/listen/unix_socket.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir {

// Closes the socket and removes its path when its last owner ends. QueueNow is for one thread at a
// time; the rest is settled when it is open, and is for any thread.
class SharedSocket {
 public:
  // Binds. ALREADY_EXISTS when a server listens at that path; INVALID_ARGUMENT for one that is
  // relative, too long or no socket; else as Server::Start documents.
  static absl::StatusOr<std::shared_ptr<SharedSocket>> Open(Syscalls* syscalls,
                                                            const std::string& path, mode_t mode);
  ~SharedSocket();
  SharedSocket(const SharedSocket&) = delete;
  SharedSocket& operator=(const SharedSocket&) = delete;

  int fd() const noexcept { return fd_; }

  // Once it listens: gives it its mode and its place, where clients find it.
  absl::Status Publish() { return place_->Publish(mode_); }

  // From now on clients are refused (ECONNREFUSED), while those that wait can be accepted
  // (unix_stream_connect in net/unix/af_unix.c looks for RCV_SHUTDOWN). There is no way back.
  void TakeNoMore();

  // The queue now; none where the kernel does not tell.
  std::optional<UnixQueue> QueueNow() { return diag_.QueueOf(inode_); }

 private:
  SharedSocket(Syscalls* syscalls, int fd, std::unique_ptr<UnixSocket> place, mode_t mode)
      : syscalls_(syscalls), fd_(fd), place_(std::move(place)), mode_(mode), diag_(syscalls) {}

  Syscalls* const syscalls_;
  const int fd_;
  const std::unique_ptr<UnixSocket> place_;
  const mode_t mode_;
  std::uint32_t inode_ = 0;
  UnixDiag diag_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_SHARED_SOCKET_H_
