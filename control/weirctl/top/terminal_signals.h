// Turns the signals that a full-screen program must answer into readable bytes.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_SIGNALS_H_
#define WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_SIGNALS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

// While it lives, SIGINT, SIGTERM, SIGHUP, SIGWINCH and SIGTSTP do nothing by themselves: each
// becomes a byte, its number, in fd(). What was in force before comes back with its end. One at a
// time in a process.
class TerminalSignals {
 public:
  // RESOURCE_EXHAUSTED for want of descriptors.
  static absl::StatusOr<std::unique_ptr<TerminalSignals>> Install();
  ~TerminalSignals();
  TerminalSignals(const TerminalSignals&) = delete;
  TerminalSignals& operator=(const TerminalSignals&) = delete;

  // The end of a pipe to poll(2) for.
  int fd() const noexcept { return read_.get(); }
  // The next of them; 0 if there is none.
  int Take() noexcept;

 private:
  TerminalSignals(UniqueFd read, UniqueFd write);

  const UniqueFd read_;
  const UniqueFd write_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_SIGNALS_H_
