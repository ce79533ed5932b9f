// The terminal, taken over as a whole by ncurses(3X).

#ifndef WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_H_
#define WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "weir/control/weirctl/top/grid.h"

namespace weir {

enum class Key { kNone, kOther, kQuit, kPause, kUp, kDown, kPageUp, kPageDown };

// One at a time in a process, and one thread. What was on the screen, and how the terminal treats
// what is typed, comes back with its end. Colours are left out with NO_COLOR, and where the
// terminal has none.
class Terminal {
 public:
  // Takes over standard input and output, which must be terminals. FAILED_PRECONDITION for a TERM
  // that terminfo(5) does not know. REQUIRES: TerminalSignals, or ncurses handles signals by
  // itself.
  static absl::StatusOr<std::unique_ptr<Terminal>> Open();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int rows() const;
  int columns() const;

  void Paint(const Grid& grid);
  // The next key that was typed; kNone if there is none. Does not wait.
  Key ReadKey();
  // After SIGWINCH: takes over the new size.
  void Resize();
  // After SIGTSTP: gives the terminal back, stops the process, and goes on once it is continued.
  void Suspend();

 private:
  explicit Terminal(bool colours) : colours_(colours) {}

  const bool colours_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_TERMINAL_H_
