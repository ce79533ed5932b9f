#include "weir/control/connection_acceptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr int kEvents = 16;
constexpr int kPauseMs = 100;  // until accepting is tried again after it failed

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Create(UniqueFd listener,
                                                                               Most most) {
  std::unique_ptr<ConnectionAcceptor> acceptor(
      new ConnectionAcceptor(std::move(listener), UniqueFd(::epoll_create1(EPOLL_CLOEXEC)),
                             UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), std::move(most)));
  if (acceptor->Watch(acceptor->stop_.get(), EPOLLIN) &&
      acceptor->Watch(acceptor->listener_.get(), EPOLLIN)) {
    return acceptor;
  }
  return absl::InternalError(absl::StrCat("epoll for the admin port: ", std::strerror(errno)));
}

ConnectionAcceptor::~ConnectionAcceptor() {
  Stop();
  for (const int fd : open_) ::close(fd);
}

void ConnectionAcceptor::Start(Take take) {
  take_ = std::move(take);
  thread_ = std::thread([this] { Run(); });
}

void ConnectionAcceptor::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof(one));
  thread_.join();
}

bool ConnectionAcceptor::Watch(int fd, std::uint32_t events) const {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void ConnectionAcceptor::Run() {
  epoll_event events[kEvents];
  while (true) {
    const int count = ::epoll_wait(epoll_.get(), events, kEvents, paused_ ? kPauseMs : -1);
    if (paused_) paused_ = !Watch(listener_.get(), EPOLLIN);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == stop_.get()) return;
      fd == listener_.get() ? AcceptOne() : Forget(fd);
    }
  }
}

void ConnectionAcceptor::AcceptOne() {
  const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS) Pause();
    return;
  }
  accepted_.fetch_add(1, std::memory_order_relaxed);
  const int watched = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (watched >= 0 && open_.size() < most_() && take_(fd)) return Keep(watched);
  refused_.fetch_add(1, std::memory_order_relaxed);
  if (watched >= 0) ::close(watched);
  ::close(fd);
}

// Connections stay in the kernel's queue; the listener would be readable all the time.
void ConnectionAcceptor::Pause() {
  paused_ = ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr) == 0;
  pauses_.fetch_add(1, std::memory_order_relaxed);
}

// EPOLLHUP is always reported: both directions have ended.
void ConnectionAcceptor::Keep(int fd) {
  if (Watch(fd, EPOLLRDHUP)) {
    open_.insert(fd);
  } else {
    ::close(fd);
  }
}

void ConnectionAcceptor::Forget(int fd) {
  // Before it is closed: gRPC's descriptor of the same socket would keep it watched.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  open_.erase(fd);
  ::close(fd);
}

}  // namespace weir
