#include "weir/reactor/testing/faulty_syscalls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace weir::test {
namespace {

Syscalls* Kernel() { return Syscalls::System(); }

}  // namespace

void FaultySyscalls::Fail(Call call, int error, int skip, int times) {
  plan(call).error = error;
  plan(call).skip = skip;
  plan(call).times = times;
}

void FaultySyscalls::Heal() {
  for (Plan& plan : plans_) plan.times = 0;
  transfer_bytes_ = send_bytes_ = std::numeric_limits<std::size_t>::max();
  room_.reset();
}

bool FaultySyscalls::Faulty(Call call, int detail) {
  Plan& it = plan(call);
  ++it.count;
  if (record_.has_value()) record_->push_back({call, detail});
  if (it.times == 0 || it.skip-- > 0) return false;
  it.skip = 0;
  --it.times;
  errno = it.error;
  return true;
}

int FaultySyscalls::Socket(int domain, int type, int protocol) {
  return Faulty(Call::kSocket) ? -1 : Kernel()->Socket(domain, type, protocol);
}
int FaultySyscalls::Bind(int fd, const sockaddr* address, socklen_t size) {
  return Faulty(Call::kBind) ? -1 : Kernel()->Bind(fd, address, size);
}
int FaultySyscalls::Listen(int fd, int backlog) {
  return Faulty(Call::kListen) ? -1 : Kernel()->Listen(fd, backlog);
}
int FaultySyscalls::SetSockOpt(int fd, int level, int name, const void* value, socklen_t size) {
  return Faulty(Call::kSetSockOpt, OptionDetail(level, name))
             ? -1
             : Kernel()->SetSockOpt(fd, level, name, value, size);
}
int FaultySyscalls::GetSockOpt(int fd, int level, int name, void* value, socklen_t* size) {
  if (Faulty(Call::kGetSockOpt, OptionDetail(level, name))) return -1;
  const int result = Kernel()->GetSockOpt(fd, level, name, value, size);
  // What is asked about a listener is shorter.
  const bool wait =
      level == IPPROTO_TCP && name == TCP_INFO && *size > offsetof(tcp_info, tcpi_last_data_sent);
  if (result == 0 && wait && queue_wait_ms_.has_value()) {
    static_cast<tcp_info*>(value)->tcpi_last_data_sent = *queue_wait_ms_;
  }
  return result;
}
int FaultySyscalls::GetSockName(int fd, sockaddr* address, socklen_t* size) {
  return Faulty(Call::kGetSockName) ? -1 : Kernel()->GetSockName(fd, address, size);
}
int FaultySyscalls::Accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (before_accept_ && accepts_before_act_-- == 0) std::exchange(before_accept_, nullptr)();
  return Faulty(Call::kAccept4) ? -1 : Kernel()->Accept4(fd, address, size, flags);
}
ssize_t FaultySyscalls::Recv(int fd, void* data, std::size_t size, int flags) {
  if (Faulty(Call::kRecv)) return -1;
  return Kernel()->Recv(fd, data, std::min(size, transfer_bytes_), flags);
}
// REQUIRES: one buffer.
ssize_t FaultySyscalls::RecvMsg(int fd, msghdr* message, int flags) {
  if (Faulty(Call::kRecvMsg)) return -1;
  message->msg_iov->iov_len = std::min(message->msg_iov->iov_len, transfer_bytes_);
  return Kernel()->RecvMsg(fd, message, flags);
}
std::optional<std::size_t> FaultySyscalls::RoomFor(std::size_t size) {
  if (room_ == std::size_t{0}) {
    room_.reset();
    errno = EAGAIN;
    return {};
  }
  return std::min({size, send_bytes_, room_.value_or(size)});
}
ssize_t FaultySyscalls::Sent(ssize_t result) {
  if (room_.has_value() && result > 0) *room_ -= static_cast<std::size_t>(result);
  return result;
}
ssize_t FaultySyscalls::Send(int fd, const void* data, std::size_t size, int flags) {
  if (Faulty(Call::kSend)) return -1;
  const auto room = RoomFor(size);
  return room.has_value() ? Sent(Kernel()->Send(fd, data, *room, flags)) : -1;
}
ssize_t FaultySyscalls::SendMsg(int fd, const msghdr* message, int flags) {
  if (Faulty(Call::kSendMsg)) return -1;
  std::size_t size = 0;
  for (std::size_t i = 0; i < message->msg_iovlen; ++i) size += message->msg_iov[i].iov_len;
  const auto room = RoomFor(size);
  if (!room.has_value()) return -1;
  std::size_t left = *room;
  std::array<iovec, 16> runs{};
  msghdr shortened = *message;
  shortened.msg_iov = runs.data();
  shortened.msg_iovlen = 0;
  while (left > 0 && shortened.msg_iovlen < runs.size()) {
    const iovec& run = message->msg_iov[shortened.msg_iovlen];
    runs[shortened.msg_iovlen++] = {run.iov_base, std::min(run.iov_len, left)};
    left -= std::min(run.iov_len, left);
  }
  return Sent(Kernel()->SendMsg(fd, &shortened, flags));
}
ssize_t FaultySyscalls::SendFile(int out_fd, int in_fd, off_t* offset, std::size_t size) {
  if (Faulty(Call::kSendFile)) return -1;
  const auto room = RoomFor(size);
  return room.has_value() ? Sent(Kernel()->SendFile(out_fd, in_fd, offset, *room)) : -1;
}
int FaultySyscalls::Shutdown(int fd, int how) {
  return Faulty(Call::kShutdown, how) ? -1 : Kernel()->Shutdown(fd, how);
}
int FaultySyscalls::Close(int fd) {
  const bool faulty = Faulty(Call::kClose);
  const int error = errno;
  const int result = Kernel()->Close(fd);
  if (!faulty) return result;
  errno = error;
  return -1;
}
int FaultySyscalls::EpollCreate1(int flags) {
  return Faulty(Call::kEpollCreate1) ? -1 : Kernel()->EpollCreate1(flags);
}
int FaultySyscalls::EpollCtl(int epoll, int op, int fd, epoll_event* event) {
  return Faulty(Call::kEpollCtl, op) ? -1 : Kernel()->EpollCtl(epoll, op, fd, event);
}
int FaultySyscalls::EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) {
  last_wait_ms_ = timeout_ms;
  last_events_ = 0;
  if (Faulty(Call::kEpollWait)) return -1;
  last_events_ = Kernel()->EpollWait(epoll, events, size, waits_ ? timeout_ms : 0);
  return last_events_;
}
int FaultySyscalls::EventFd(unsigned initial, int flags) {
  return Faulty(Call::kEventFd) ? -1 : Kernel()->EventFd(initial, flags);
}
ssize_t FaultySyscalls::Write(int fd, const void* data, std::size_t size) {
  return Faulty(Call::kWrite) ? -1 : Kernel()->Write(fd, data, size);
}
int FaultySyscalls::Ioctl(int fd, unsigned long request, int* value) {
  if (Faulty(Call::kIoctl)) return -1;
  if (!ioctl_answer_.has_value()) return Kernel()->Ioctl(fd, request, value);
  *value = *ioctl_answer_;
  return 0;
}
int FaultySyscalls::Poll(pollfd* waits, nfds_t count, int timeout_ms) {
  last_wait_ms_ = timeout_ms;
  last_events_ = 0;
  if (Faulty(Call::kPoll)) return -1;
  last_events_ = Kernel()->Poll(waits, count, waits_ ? timeout_ms : 0);
  return last_events_;
}

}  // namespace weir::test
