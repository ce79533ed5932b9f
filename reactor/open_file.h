// Files that answers are sent from without passing through this process.

#ifndef WEIR_REACTOR_OPEN_FILE_H_
#define WEIR_REACTOR_OPEN_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace weir {

// A regular file that is open for reading; closed with the last pointer to it. Open a file once and
// share it among requests and threads: sending leaves its offset alone. Immutable.
class OpenFile {
 public:
  // NOT_FOUND, PERMISSION_DENIED or RESOURCE_EXHAUSTED as open(2) says it; INVALID_ARGUMENT for
  // what is no regular file. Never waits for a peer, as opening a FIFO would.
  static absl::StatusOr<std::shared_ptr<const OpenFile>> Open(const std::string& path);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const noexcept { return fd_; }
  // Bytes, when it was opened.
  std::uint64_t size() const noexcept { return size_; }

 private:
  OpenFile(int fd, std::uint64_t size) noexcept : fd_(fd), size_(size) {}

  const int fd_;
  const std::uint64_t size_;
};

// A part of a file. Sent by sendfile(2). If the file has shrunk when it is sent, the connection is
// cut (CloseReason::kResponseCut): the client must not take half for the whole.
struct FileRegion {
  std::shared_ptr<const OpenFile> file;  // none: no region
  std::uint64_t offset = 0;              // bytes from its start
  std::uint64_t length = 0;              // bytes
};

}  // namespace weir

#endif  // WEIR_REACTOR_OPEN_FILE_H_
