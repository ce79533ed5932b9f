#include "weir/reactor/kernel/unix_diag.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace weir {
namespace {

// Answers to questions whose answer was given up on: so many are passed over.
constexpr int kMaxStaleAnswers = 16;
constexpr std::uint32_t kNoCookie = ~std::uint32_t{0};

template <typename T>
T Load(const char* data) noexcept {
  T value;
  std::memcpy(&value, data, sizeof(value));
  return value;
}

std::optional<UnixQueue> QueueIn(const char* data, std::size_t size) noexcept {
  while (size >= sizeof(rtattr)) {
    const auto header = Load<rtattr>(data);
    if (header.rta_len < sizeof(rtattr) || header.rta_len > size) return {};
    if (header.rta_type == UNIX_DIAG_RQLEN &&
        header.rta_len >= sizeof(rtattr) + sizeof(unix_diag_rqlen)) {
      const auto queue = Load<unix_diag_rqlen>(data + sizeof(rtattr));
      return UnixQueue{queue.udiag_rqueue, queue.udiag_wqueue};
    }
    const std::size_t step = RTA_ALIGN(header.rta_len);
    if (step >= size) return {};
    data += step;
    size -= step;
  }
  return {};
}

}  // namespace

UnixDiag::~UnixDiag() {
  if (fd_ >= 0) (void)syscalls_->Close(fd_);
}

std::optional<UnixQueue> UnixDiag::QueueOf(std::uint32_t inode) {
  if (!EnsureOpen() || !Ask(inode)) return {};
  return ReadAnswer();
}

bool UnixDiag::EnsureOpen() {
  if (fd_ < 0) fd_ = syscalls_->Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  return fd_ >= 0;
}

bool UnixDiag::Ask(std::uint32_t inode) {
  struct {
    nlmsghdr header;
    unix_diag_req body;
  } message{};
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST;
  message.header.nlmsg_seq = ++sequence_;
  message.body.sdiag_family = AF_UNIX;
  message.body.udiag_states = 1u << TCP_LISTEN;
  message.body.udiag_ino = inode;
  message.body.udiag_show = UDIAG_SHOW_RQLEN;
  // No cookie: any socket of that inode (sock_diag_check_cookie in net/core/sock_diag.c).
  message.body.udiag_cookie[0] = message.body.udiag_cookie[1] = kNoCookie;
  return syscalls_->Send(fd_, &message, sizeof(message), 0) ==
         static_cast<ssize_t>(sizeof(message));
}

// The kernel has answered before send(2) returns (netlink_unicast_kernel), so nothing waits here.
std::optional<UnixQueue> UnixDiag::ReadAnswer() {
  char data[512];
  for (int i = 0; i < kMaxStaleAnswers; ++i) {
    const ssize_t got = syscalls_->Recv(fd_, data, sizeof(data), MSG_DONTWAIT);
    if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return {};
    const auto header = Load<nlmsghdr>(data);
    if (header.nlmsg_seq != sequence_) continue;
    const std::size_t fixed = sizeof(nlmsghdr) + sizeof(unix_diag_msg);
    const bool whole =
        header.nlmsg_len >= fixed && header.nlmsg_len <= static_cast<std::size_t>(got);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || !whole) return {};
    return QueueIn(data + fixed, header.nlmsg_len - fixed);
  }
  return {};
}

}  // namespace weir
