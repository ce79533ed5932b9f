// System calls that fail, or do half of what they were asked, when a test says so.

#ifndef WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_
#define WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "weir/reactor/loop/syscalls.h"

namespace weir::test {

enum class Call : std::uint8_t {
  kSocket,
  kBind,
  kListen,
  kSetSockOpt,
  kGetSockOpt,
  kGetSockName,
  kAccept4,
  kRecv,
  kSend,
  kShutdown,
  kClose,
  kEpollCreate1,
  kEpollCtl,
  kEpollWait,
  kEventFd,
  kRead,
  kWrite,
  kSendMsg,
  kSendFile,
  kIoctl,
};
inline constexpr std::size_t kCallCount = static_cast<std::size_t>(Call::kIoctl) + 1;

// The kernel's calls, with faults. A faulty call does nothing but fail; close(2) alone closes and
// then fails, as Linux does. One thread.
class FaultySyscalls : public Syscalls {
 public:
  // After `skip` further calls of that kind, the next `times` fail with `error`.
  void Fail(Call call, int error, int skip = 0, int times = 1);
  // From now on recv and the calls that send move at most that many bytes.
  void LimitTransfer(std::size_t bytes) { transfer_bytes_ = bytes; }
  // What ioctl gives from now on, instead of the kernel's answer.
  void AnswerIoctl(int value) { ioctl_answer_ = value; }
  // How long every connection has waited in the accept queue, by TCP_INFO, from now on.
  void AnswerQueueWaitMs(std::uint32_t ms) { queue_wait_ms_ = ms; }
  // How often it was called, faulty calls included.
  std::uint64_t Count(Call call) const { return plan(call).count; }
  // The timeout that epoll_wait was last given.
  int last_wait_ms() const { return last_wait_ms_; }
  // Ends all faults; the counts stay.
  void Heal();

  int Socket(int domain, int type, int protocol) override;
  int Bind(int fd, const sockaddr* address, socklen_t size) override;
  int Listen(int fd, int backlog) override;
  int SetSockOpt(int fd, int level, int name, const void* value, socklen_t size) override;
  int GetSockOpt(int fd, int level, int name, void* value, socklen_t* size) override;
  int GetSockName(int fd, sockaddr* address, socklen_t* size) override;
  int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) override;
  ssize_t Recv(int fd, void* data, std::size_t size, int flags) override;
  ssize_t Send(int fd, const void* data, std::size_t size, int flags) override;
  ssize_t SendMsg(int fd, const msghdr* message, int flags) override;
  ssize_t SendFile(int out_fd, int in_fd, off_t* offset, std::size_t size) override;
  int Shutdown(int fd, int how) override;
  int Close(int fd) override;
  int EpollCreate1(int flags) override;
  int EpollCtl(int epoll, int op, int fd, epoll_event* event) override;
  int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) override;
  int EventFd(unsigned initial, int flags) override;
  ssize_t Read(int fd, void* data, std::size_t size) override;
  ssize_t Write(int fd, const void* data, std::size_t size) override;
  int Ioctl(int fd, unsigned long request, int* value) override;

 private:
  struct Plan {
    std::uint64_t count = 0;
    int error = 0;
    int skip = 0;
    int times = 0;
  };
  Plan& plan(Call call) { return plans_[static_cast<std::size_t>(call)]; }
  const Plan& plan(Call call) const { return plans_[static_cast<std::size_t>(call)]; }
  // Counts the call; true, with errno set, if it is to fail.
  bool Faulty(Call call);

  std::array<Plan, kCallCount> plans_;
  std::optional<int> ioctl_answer_;
  int last_wait_ms_ = 0;
  std::optional<std::uint32_t> queue_wait_ms_;
  std::size_t transfer_bytes_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_
