// System calls that fail, or do half of what they were asked, when a test says so.

#ifndef WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_
#define WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

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
  kWrite,
  kSendMsg,
  kSendFile,
  kIoctl,
  kPoll,
  kRecvMsg,
};
inline constexpr std::size_t kCallCount = static_cast<std::size_t>(Call::kRecvMsg) + 1;

// One call that was made. `detail` tells apart what one call is used for: the operation of
// epoll_ctl, the option (OptionDetail), the direction of shutdown; else 0.
struct MadeCall {
  Call call = Call::kSocket;
  int detail = 0;
};
constexpr int OptionDetail(int level, int name) noexcept { return level << 16 | name; }

// The kernel's calls, with faults. A faulty call does nothing but fail; close(2) alone closes and
// then fails, as Linux does. One thread.
class FaultySyscalls : public Syscalls {
 public:
  // After `skip` further calls of that kind, the next `times` fail with `error`.
  void Fail(Call call, int error, int skip = 0, int times = 1);
  // From now on the calls that receive and those that send move at most that many bytes.
  void LimitTransfer(std::size_t bytes) { transfer_bytes_ = send_bytes_ = bytes; }
  void LimitSends(std::size_t bytes) { send_bytes_ = bytes; }
  // The next so many bytes can be sent; then the kernel has no room (EAGAIN), once.
  void BlockSendAfter(std::size_t bytes) { room_ = bytes; }
  // What ioctl gives from now on, instead of the kernel's answer.
  void AnswerIoctl(int value) { ioctl_answer_ = value; }
  // How long every connection has waited in the accept queue, by TCP_INFO, from now on.
  void AnswerQueueWaitMs(std::uint32_t ms) { queue_wait_ms_ = ms; }
  // After `skip` further calls of accept4, `act` runs before the next one, once: what another
  // thread may do there.
  void BeforeAccept(int skip, std::function<void()> act) {
    accepts_before_act_ = skip;
    before_accept_ = std::move(act);
  }
  // How often it was called, faulty calls included.
  std::uint64_t Count(Call call) const { return plan(call).count; }
  // The calls since Record, faulty calls included.
  void Record() { record_.emplace(); }
  const std::vector<MadeCall>& record() const { return *record_; }
  // The timeout that epoll_wait, or poll, was last given, and how many events it gave.
  int last_wait_ms() const { return last_wait_ms_; }
  int last_events() const { return last_events_; }
  // From now on these return at once, whatever their timeout.
  void DontWait() { waits_ = false; }
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
  ssize_t RecvMsg(int fd, msghdr* message, int flags) override;
  ssize_t Send(int fd, const void* data, std::size_t size, int flags) override;
  ssize_t SendMsg(int fd, const msghdr* message, int flags) override;
  ssize_t SendFile(int out_fd, int in_fd, off_t* offset, std::size_t size) override;
  int Shutdown(int fd, int how) override;
  int Close(int fd) override;
  int EpollCreate1(int flags) override;
  int EpollCtl(int epoll, int op, int fd, epoll_event* event) override;
  int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) override;
  int EventFd(unsigned initial, int flags) override;
  ssize_t Write(int fd, const void* data, std::size_t size) override;
  int Ioctl(int fd, unsigned long request, int* value) override;
  int Poll(pollfd* waits, nfds_t count, int timeout_ms) override;

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
  bool Faulty(Call call, int detail = 0);
  // How many of `size` bytes may be sent now. None: there is no room, and errno says so.
  std::optional<std::size_t> RoomFor(std::size_t size);
  ssize_t Sent(ssize_t result);

  std::array<Plan, kCallCount> plans_;
  std::optional<int> ioctl_answer_;
  std::optional<std::vector<MadeCall>> record_;
  int last_wait_ms_ = 0;
  int last_events_ = 0;
  bool waits_ = true;
  int accepts_before_act_ = 0;
  std::function<void()> before_accept_;
  std::optional<std::uint32_t> queue_wait_ms_;
  std::size_t transfer_bytes_ = std::numeric_limits<std::size_t>::max();  // of what receives
  std::size_t send_bytes_ = std::numeric_limits<std::size_t>::max();
  std::optional<std::size_t> room_;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_FAULTY_SYSCALLS_H_
