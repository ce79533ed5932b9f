// Turns SIGTERM and SIGINT into a readable descriptor.

#ifndef WEIR_REACTOR_SIGNAL_WATCH_H_
#define WEIR_REACTOR_SIGNAL_WATCH_H_

#include <signal.h>

#include <memory>

#include "absl/status/statusor.h"

namespace weir {

// While one lives, SIGTERM and SIGINT make fd() readable instead of ending the process. Several may
// live at a time: all are told. The dispositions that were in force before the first come back with
// the end of the last. Any thread.
class SignalWatch {
 public:
  // RESOURCE_EXHAUSTED for want of descriptors, or with over 64 watches in the process.
  static absl::StatusOr<std::unique_ptr<SignalWatch>> Install();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // An eventfd (eventfd(2)). Owned by this.
  int fd() const noexcept { return fd_; }

 private:
  SignalWatch(int fd, int place) noexcept : fd_(fd), place_(place) {}

  const int fd_;
  const int place_;  // in the table that the handler reads
};

}  // namespace weir

#endif  // WEIR_REACTOR_SIGNAL_WATCH_H_
