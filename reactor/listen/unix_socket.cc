#include "weir/reactor/listen/unix_socket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::size_t kMaxPathBytes = 90;  // sun_path has 108, and the private path is longer

absl::Status Failure(const std::string& what) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(errno));
  if (errno == EACCES || errno == EPERM || errno == EROFS) return absl::PermissionDeniedError(text);
  if (errno == ENOENT || errno == ENOTDIR) return absl::NotFoundError(text);
  return absl::InternalError(text);
}

bool SomebodyListens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const bool listens = result == 0 || errno == EAGAIN;  // EAGAIN: its queue is full
  ::close(fd);
  return listens;
}

absl::Status CheckPlace(const std::string& path) {
  struct stat existing {};
  if (::lstat(path.c_str(), &existing) != 0) return absl::OkStatus();
  if (!S_ISSOCK(existing.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " exists and is not a socket"));
  }
  if (SomebodyListens(path)) {
    return absl::AlreadyExistsError(
        absl::StrCat("another server listens on ", path, ": end it, or choose another path"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixSocket>> UnixSocket::Prepare(const std::string& path) {
  if (path.empty() || path.front() != '/' || path.size() > kMaxPathBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", path, "\" must be an absolute path of at most ", kMaxPathBytes, " bytes"));
  }
  if (absl::Status status = CheckPlace(path); !status.ok()) return status;
  std::string directory = path + ".XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) {
    return Failure(absl::StrCat("a directory beside ", path));
  }
  return std::unique_ptr<UnixSocket>(new UnixSocket(path, std::move(directory)));
}

absl::Status UnixSocket::Publish(mode_t mode) {
  const std::string from = private_path();
  struct stat made {};
  if (::chmod(from.c_str(), mode) != 0 || ::stat(from.c_str(), &made) != 0) return Failure(from);
  if (::rename(from.c_str(), path_.c_str()) != 0) return Failure(path_);
  ::rmdir(directory_.c_str());
  published_ = true;
  device_ = made.st_dev;
  inode_ = made.st_ino;
  return absl::OkStatus();
}

UnixSocket::~UnixSocket() {
  if (!published_) {
    ::unlink(private_path().c_str());
    ::rmdir(directory_.c_str());
    return;
  }
  struct stat now {};
  if (::lstat(path_.c_str(), &now) != 0) return;
  if (now.st_dev == device_ && now.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace weir
