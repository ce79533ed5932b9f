#include "weir/control/unix_acceptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr int kBacklog = 16;
constexpr int kEvents = 16;

bool AddTo(int epoll, int fd, std::uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int BindTo(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return -1;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::listen(fd, kBacklog) == 0) {
    return fd;
  }
  ::close(fd);
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixAcceptor>> UnixAcceptor::Listen(const std::string& path,
                                                                   std::size_t max_connections) {
  const int listener = BindTo(path);
  const std::string error = std::strerror(errno);
  if (listener < 0) return absl::InternalError(absl::StrCat("listen on unix:", path, ": ", error));
  std::unique_ptr<UnixAcceptor> acceptor(new UnixAcceptor(listener, ::epoll_create1(EPOLL_CLOEXEC),
                                                          ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                                          max_connections));
  if (AddTo(acceptor->epoll_, acceptor->stop_, EPOLLIN) &&
      AddTo(acceptor->epoll_, acceptor->listener_, EPOLLIN)) {
    return acceptor;
  }
  return absl::InternalError(absl::StrCat("epoll for unix:", path, ": ", std::strerror(errno)));
}

UnixAcceptor::~UnixAcceptor() {
  Stop();
  for (const int fd : open_) ::close(fd);
  ::close(listener_);
  if (epoll_ >= 0) ::close(epoll_);
  if (stop_ >= 0) ::close(stop_);
}

void UnixAcceptor::Start(Take take) {
  take_ = std::move(take);
  thread_ = std::thread([this] { Run(); });
}

void UnixAcceptor::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!::write(stop_, &one, sizeof(one));
  thread_.join();
}

void UnixAcceptor::Run() {
  epoll_event events[kEvents];
  while (true) {
    const int count = ::epoll_wait(epoll_, events, kEvents, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == stop_) return;
      if (fd == listener_) {
        AcceptOne();
      } else {
        // Before it is closed: gRPC's descriptor of the same socket would keep it watched.
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
        open_.erase(fd);
        ::close(fd);
      }
    }
  }
}

void UnixAcceptor::AcceptOne() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  ucred peer = {};
  socklen_t size = sizeof(peer);
  const bool known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  const int watched = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (known && watched >= 0 && open_.size() < max_connections_ && take_(peer.uid, fd)) {
    return Watch(watched);
  }
  refused_.fetch_add(1, std::memory_order_relaxed);
  if (watched >= 0) ::close(watched);
  ::close(fd);
}

// EPOLLHUP is always reported: both directions have ended.
void UnixAcceptor::Watch(int fd) {
  if (AddTo(epoll_, fd, EPOLLRDHUP)) {
    open_.insert(fd);
  } else {
    ::close(fd);
  }
}

}  // namespace weir
