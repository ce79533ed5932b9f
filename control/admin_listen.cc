#include "weir/control/admin_listen.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr int kBacklog = 128;  // more than max_admin_connections as a rule

UniqueFd Socket(int family) {
  return UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool BindAndListen(int fd, const sockaddr* address, socklen_t size) {
  return fd >= 0 && ::bind(fd, address, size) == 0 && ::listen(fd, kBacklog) == 0;
}

absl::Status WhyNot(const std::string& address, int error) {
  const std::string text = absl::StrCat("can't listen on ", address, ": ", std::strerror(error));
  if (error == EADDRINUSE) {
    return absl::AlreadyExistsError(absl::StrCat(text, "; see who does with \"ss -ltnp\""));
  }
  if (error == EADDRNOTAVAIL) return absl::InvalidArgumentError(text);
  return absl::InternalError(text);
}

}  // namespace

absl::StatusOr<UniqueFd> ListenOnUnix(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return WhyNot("unix:" + path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd = Socket(AF_UNIX);
  if (BindAndListen(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address))) {
    return fd;
  }
  return WhyNot("unix:" + path, errno);
}

absl::StatusOr<UniqueFd> ListenOnTcp(const SocketAddress& address) {
  UniqueFd fd = Socket(address.family());
  const int on = 1;
  // A server that starts anew need not wait for the last one's connections (TIME_WAIT).
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      BindAndListen(fd.get(), address.get(), address.size())) {
    return fd;
  }
  return WhyNot(address.ToString(), errno);
}

SocketAddress AddressOf(int fd) noexcept {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);
  (void)::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return SocketAddress::From(storage);
}

std::optional<uid_t> PeerUser(int fd) noexcept {
  ucred peer = {};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return peer.uid;
}

void SendAtOnce(int fd) noexcept {
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace weir
