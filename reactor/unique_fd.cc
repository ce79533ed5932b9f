#include "weir/reactor/unique_fd.h"

#include <unistd.h>

namespace weir {

void UniqueFd::Reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);  // Linux frees the descriptor whatever close(2) returns
  fd_ = fd;
}

}  // namespace weir
