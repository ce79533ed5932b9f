// A Unix socket that nobody else can reach, not even for a moment.

#ifndef WEIR_REACTOR_LISTEN_UNIX_SOCKET_H_
#define WEIR_REACTOR_LISTEN_UNIX_SOCKET_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weir {

// A path for a listening Unix socket (unix(7)). The socket is bound in a new directory of mode 0700
// next to it, gets its mode there, and is then renamed to its place: at no time can anyone
// connect whom the mode does not let, whatever the umask. One thread.
class UnixSocket {
 public:
  // INVALID_ARGUMENT for a path that is relative, over 90 bytes or no socket; ALREADY_EXISTS when
  // a server listens there; PERMISSION_DENIED or NOT_FOUND where no directory can be made beside
  // it.
  static absl::StatusOr<std::unique_ptr<UnixSocket>> Prepare(const std::string& path);
  // Removes the socket, unless another has taken its place.
  ~UnixSocket();
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;

  // Where to bind.
  std::string private_path() const { return directory_ + "/s"; }
  // Once it is bound: gives it `mode` and its place. A socket that nobody listens on any more is
  // replaced.
  absl::Status Publish(mode_t mode = 0600);

 private:
  UnixSocket(std::string path, std::string directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  const std::string path_;
  const std::string directory_;
  bool published_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_UNIX_SOCKET_H_
