#include "weir/reactor/listen/shared_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

absl::Status Failure(const char* call, const std::string& path) {
  const int error = errno;
  const std::string text = absl::StrCat(call, " unix:", path, ": ", std::strerror(error));
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(text);
  const bool exhausted = error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
  return exhausted ? absl::ResourceExhaustedError(text) : absl::InternalError(text);
}

}  // namespace

absl::StatusOr<std::shared_ptr<SharedSocket>> SharedSocket::Open(Syscalls* syscalls,
                                                                 const std::string& path,
                                                                 mode_t mode) {
  auto place = UnixSocket::Prepare(path);
  if (!place.ok()) return place.status();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string bound = (*place)->private_path();  // shorter than sun_path: Prepare sees to it
  std::memcpy(address.sun_path, bound.c_str(), bound.size() + 1);
  const int fd = syscalls->Socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failure("socket", path);
  // From here on it closes the socket, also when a step fails.
  std::shared_ptr<SharedSocket> socket(new SharedSocket(syscalls, fd, *std::move(place), mode));
  if (syscalls->Bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Failure("bind", path);
  }
  struct stat status {};
  if (::fstat(fd, &status) == 0) socket->inode_ = static_cast<std::uint32_t>(status.st_ino);
  return socket;
}

SharedSocket::~SharedSocket() {
  (void)syscalls_->Close(fd_);  // Linux frees the descriptor whatever close(2) returns
}

void SharedSocket::TakeNoMore() { (void)syscalls_->Shutdown(fd_, SHUT_RD); }

}  // namespace weir
