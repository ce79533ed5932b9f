#include "weir/reactor/listen/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

// The error of `call` on `address`, in the terms that Server::Start documents.
absl::Status Failure(const char* call, const SocketAddress& address, int error) {
  const std::string text = absl::StrCat(call, " ", address.ToString(), ": ", std::strerror(error));
  switch (error) {
    case EADDRINUSE:
      return absl::AlreadyExistsError(
          absl::StrCat(text, "; another process listens there: see it with \"ss -ltnp\""));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(
          absl::StrCat(text,
                       "; ports below net.ipv4.ip_unprivileged_port_start need "
                       "CAP_NET_BIND_SERVICE"));
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return absl::InvalidArgumentError(absl::StrCat(text, "; this host has no such address"));
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(
          absl::StrCat(text, "; raise RLIMIT_NOFILE (\"ulimit -n\") or fs.file-max"));
    case ENOMEM:
    case ENOBUFS:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::InternalError(text);
  }
}

int BacklogArgument(std::uint64_t backlog) noexcept {
  return static_cast<int>(std::min<std::uint64_t>(backlog, std::numeric_limits<int>::max()));
}

struct SocketOption {
  int level;
  int number;
  int value;
  const char* name;
};

absl::Status Set(Syscalls* syscalls, int fd, const SocketOption& option,
                 const SocketAddress& address) {
  const int value = option.value;
  if (syscalls->SetSockOpt(fd, option.level, option.number, &value, sizeof(value)) == 0) {
    return absl::OkStatus();
  }
  return Failure(option.name, address, errno);
}

// What decides whether bind(2) finds the address free.
absl::Status ConfigureAddress(Syscalls* syscalls, int fd, const SocketAddress& address,
                              bool ipv6_only) {
  absl::Status status = Set(syscalls, fd, {SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"}, address);
  if (!status.ok() || address.family() != AF_INET6) return status;
  // Told in either case: net.ipv6.bindv6only sets what goes without saying.
  return Set(syscalls, fd, {IPPROTO_IPV6, IPV6_V6ONLY, ipv6_only ? 1 : 0, "IPV6_V6ONLY"}, address);
}

absl::Status Configure(Syscalls* syscalls, int fd, const SocketAddress& address, bool ipv6_only) {
  absl::Status status = ConfigureAddress(syscalls, fd, address, ipv6_only);
  if (!status.ok()) return status;
  status = Set(syscalls, fd, {SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"}, address);
  if (!status.ok()) return status;
  // HTTP knows no urgent data. Out of line such a byte would be missing in what is parsed here, and
  // not in what an intermediary has seen (RFC 6093 section 5).
  status = Set(syscalls, fd, {SOL_SOCKET, SO_OOBINLINE, 1, "SO_OOBINLINE"}, address);
  if (!status.ok()) return status;
  return Set(syscalls, fd, {IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY"}, address);
}

int OpenSocket(Syscalls* syscalls, const SocketAddress& address) {
  return syscalls->Socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          IPPROTO_TCP);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(Syscalls* syscalls,
                                                         const SocketAddress& address,
                                                         std::uint64_t backlog, bool ipv6_only) {
  const int fd = OpenSocket(syscalls, address);
  if (fd < 0) return Failure("socket", address, errno);
  // From here on the listener closes the socket, also when a step fails.
  std::unique_ptr<Listener> listener(new Listener(syscalls, fd, address));
  if (absl::Status status = Configure(syscalls, fd, address, ipv6_only); !status.ok()) {
    return status;
  }
  if (syscalls->Bind(fd, address.get(), address.size()) != 0) {
    return Failure("bind", address, errno);
  }
  if (absl::Status status = listener->SetBacklog(backlog); !status.ok()) return status;
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (syscalls->GetSockName(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return Failure("getsockname", address, errno);
  }
  listener->address_ = SocketAddress::From(bound);
  listener->name_ = listener->address_.ToString();
  return listener;
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Share(Syscalls* syscalls,
                                                          std::shared_ptr<SharedSocket> socket,
                                                          std::uint64_t backlog, bool samples) {
  sockaddr_storage unix_family{};
  unix_family.ss_family = AF_UNIX;
  std::unique_ptr<Listener> listener(
      new Listener(syscalls, socket->fd(), SocketAddress::From(unix_family)));
  listener->shared_ = std::move(socket);
  listener->shares_ = true;
  listener->samples_ = samples;
  if (absl::Status status = listener->SetBacklog(backlog); !status.ok()) return status;
  return listener;
}

void Listener::TakeNoMore() {
  if (shared_ != nullptr) shared_->TakeNoMore();
}

absl::Status Listener::CheckFree(Syscalls* syscalls, const SocketAddress& address, bool ipv6_only) {
  const int fd = OpenSocket(syscalls, address);
  if (fd < 0) return Failure("socket", address, errno);
  absl::Status status = ConfigureAddress(syscalls, fd, address, ipv6_only);
  if (status.ok() && syscalls->Bind(fd, address.get(), address.size()) != 0) {
    status = Failure("bind", address, errno);
  }
  (void)syscalls->Close(fd);
  return status;
}

Listener::~Listener() { Close(); }

bool Listener::IsProxy(const SocketAddress& peer) const noexcept {
  return std::any_of(proxies_.begin(), proxies_.end(),
                     [&peer](const AddressRange& range) { return range.Contains(peer); });
}

absl::Status Listener::SetBacklog(std::uint64_t backlog) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0) return absl::FailedPreconditionError(absl::StrCat(name_, " is closed"));
  if (syscalls_->Listen(fd_, BacklogArgument(backlog)) != 0) {
    return Failure("listen", address_, errno);
  }
  backlog_requested_.store(backlog, std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Listener::SetMark(std::uint32_t mark) {
  if (syscalls_->SetSockOpt(fd_, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0) {
    return absl::OkStatus();
  }
  if (errno != EPERM) return Failure("SO_MARK", address_, errno);
  return absl::PermissionDeniedError("SO_MARK needs CAP_NET_ADMIN");
}

void Listener::SetStamping(bool stamping) {
  if (stamping == stamping_ || shares_ || !open()) return;
  const int on = stamping ? 1 : 0;
  // Where the kernel would not, the next change of limits tries again: what is not stamped is no
  // sample.
  if (syscalls_->SetSockOpt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0) {
    stamping_ = stamping;
  }
}

std::optional<AcceptQueueDepth> Listener::Queue() {
  if (shares_) return {};
  return ReadAcceptQueue(syscalls_, fd_);
}

// As Queue, by whatever means, and for samples only.
std::optional<AcceptQueueDepth> Listener::QueueNow() {
  if (!shares_) return ReadAcceptQueue(syscalls_, fd_);
  const auto queue = shared_->QueueNow();
  if (!queue.has_value()) return {};
  return AcceptQueueDepth{queue->depth, queue->backlog};
}

bool Listener::LendTo(int epoll, std::uint64_t data) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0 || withheld_) return false;
  if (std::find(lent_to_.begin(), lent_to_.end(), epoll) != lent_to_.end()) return true;
  lent_to_.reserve(lent_to_.size() + 1);  // before anything is done that would have to be undone
  epoll_event event{};
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  event.data.u64 = data;
  if (syscalls_->EpollCtl(epoll, EPOLL_CTL_ADD, fd_, &event) != 0) return false;
  lent_to_.push_back(epoll);
  return true;
}

void Listener::TakeBackFrom(int epoll) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find(lent_to_.begin(), lent_to_.end(), epoll);
  if (found == lent_to_.end()) return;
  lent_to_.erase(found);
  (void)syscalls_->EpollCtl(epoll, EPOLL_CTL_DEL, fd_, nullptr);
}

std::optional<AcceptQueueDepth> Listener::LentQueue() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0 || withheld_) return std::nullopt;
  return ReadAcceptQueue(syscalls_, fd_);
}

int Listener::AcceptLent(AcceptedSocket* accepted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0 || withheld_) return -EAGAIN;
  const int error = Accept(accepted);
  if (error == 0) ++taken_by_peers_;
  return error;
}

void Listener::Withhold() {
  const std::lock_guard<std::mutex> lock(mutex_);
  withheld_ = true;
}

int Listener::Accept(AcceptedSocket* accepted) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  const int fd = syscalls_->Accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &size,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  *accepted = {fd, SocketAddress::From(peer)};
  return 0;
}

AcceptQueueSample Listener::Sample(std::int64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!samples_) return last_sample_;
  if (fd_ >= 0) {
    // The counter after the depth: a discard that comes between is judged by the next sample too.
    if (const auto queue = QueueNow()) {
      last_sample_.depth = queue->depth;
      last_sample_.backlog_effective = queue->backlog;
      history_.Add({now_ns, queue->depth, queue->depth, queue->backlog},
                   ReadDiscards(syscalls_, fd_));
    }
    last_sample_.backlog_requested = backlog_requested();
  }
  last_sample_.lent = !lent_to_.empty();
  last_sample_.taken_by_peers = taken_by_peers_;
  last_sample_.steered_away = group_ != nullptr && group_->IsSteeredAway(member_);
  history_.CopyTo(&last_sample_);
  return last_sample_;
}

void Listener::Join(ReuseportGroup* group, std::uint32_t weight) {
  group_ = group;
  member_ = group->Join(fd_, weight);
}

void Listener::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0) return;
  // The close would do that too, unless another process has the same socket open (epoll(7), "Will
  // closing a file descriptor cause it to be removed from all epoll interest lists?").
  for (const int epoll : lent_to_) (void)syscalls_->EpollCtl(epoll, EPOLL_CTL_DEL, fd_, nullptr);
  lent_to_.clear();
  if (group_ != nullptr) {
    group_->CloseMember(member_);
  } else if (shares_) {
    shared_ = nullptr;
  } else {
    (void)syscalls_->Close(fd_);  // Linux frees the descriptor whatever close(2) returns
  }
  fd_ = -1;
  last_sample_.depth = 0;
}

}  // namespace weir
