#include "weir/control/weirctl/top/terminal_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};

std::atomic<int> pipe_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may read it");
struct sigaction previous[std::size(kSignals)];

// Only what signal-safety(7) allows.
void OnSignal(int number) {
  const int saved_errno = errno;
  const auto byte = static_cast<unsigned char>(number);
  (void)!::write(pipe_end.load(), &byte, 1);
  errno = saved_errno;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TerminalSignals>> TerminalSignals::Install() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("pipe2: ", std::strerror(errno)));
  }
  return std::unique_ptr<TerminalSignals>(
      new TerminalSignals(UniqueFd(ends[0]), UniqueFd(ends[1])));
}

TerminalSignals::TerminalSignals(UniqueFd read, UniqueFd write)
    : read_(std::move(read)), write_(std::move(write)) {
  pipe_end.store(write_.get());
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &action, &previous[i]);
  }
}

TerminalSignals::~TerminalSignals() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &previous[i], nullptr);
  }
  pipe_end.store(-1);
}

int TerminalSignals::Take() noexcept {
  unsigned char byte = 0;
  return ::read(read_.get(), &byte, 1) == 1 ? byte : 0;
}

}  // namespace weir
