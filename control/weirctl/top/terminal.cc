#include "weir/control/weirctl/top/terminal.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

// Its macros have names such as `clear` and `timeout`.
#define NCURSES_NOMACROS
#include <curses.h>

namespace weir {
namespace {

constexpr int kEscapeMs = 25;  // that the rest of an escape sequence may take to come

struct Look {
  short colour;  // of the letters; -1: the terminal's own
  attr_t attributes;
};

// By Style.
constexpr Look kLooks[kStyleCount] = {
    {-1, A_NORMAL},           // kPlain
    {-1, A_DIM},              // kDim
    {-1, A_BOLD},             // kTitle
    {-1, A_REVERSE},          // kHeading
    {COLOR_GREEN, A_NORMAL},  // kGood
    {COLOR_YELLOW, A_BOLD},   // kWarning
    {COLOR_RED, A_BOLD},      // kError
};

bool StartColours() {
  if (std::getenv("NO_COLOR") != nullptr || !::has_colors()) return false;
  ::start_color();
  ::use_default_colors();
  for (std::size_t i = 0; i < kStyleCount; ++i) {
    ::init_pair(static_cast<short>(i + 1), kLooks[i].colour, -1);
  }
  return true;
}

void SetUp() {
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::set_escdelay(kEscapeMs);
  ::curs_set(0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Terminal>> Terminal::Open() {
  if (::newterm(nullptr, stdout, stdin) == nullptr) {
    const char* const term = std::getenv("TERM");
    return absl::FailedPreconditionError(
        absl::StrCat("TERM=", term == nullptr ? "" : term, " is no terminal that terminfo knows"));
  }
  SetUp();
  return std::unique_ptr<Terminal>(new Terminal(StartColours()));
}

Terminal::~Terminal() {
  SCREEN* const screen = ::set_term(nullptr);
  ::set_term(screen);
  ::endwin();
  ::delscreen(screen);
}

int Terminal::rows() const { return ::getmaxy(stdscr); }

int Terminal::columns() const { return ::getmaxx(stdscr); }

void Terminal::Paint(const Grid& grid) {
  ::erase();
  for (int row = 0; row < grid.rows(); ++row) {
    for (int column = 0; column < grid.columns(); ++column) {
      const Cell& cell = grid.at(row, column);
      const auto style = static_cast<std::size_t>(cell.style);
      const int pair = colours_ ? static_cast<int>(style) + 1 : 0;
      const chtype look = kLooks[style].attributes | static_cast<chtype>(COLOR_PAIR(pair));
      // The last cell of all would scroll, which is refused after it is written.
      (void)::mvaddch(row, column, static_cast<unsigned char>(cell.character) | look);
    }
  }
  ::refresh();
}

Key Terminal::ReadKey() {
  switch (::getch()) {
    case ERR:
      return Key::kNone;
    case 'q':
    case 'Q':
      return Key::kQuit;
    case 'p':
    case ' ':
      return Key::kPause;
    case KEY_UP:
    case 'k':
      return Key::kUp;
    case KEY_DOWN:
    case 'j':
      return Key::kDown;
    case KEY_PPAGE:
      return Key::kPageUp;
    case KEY_NPAGE:
      return Key::kPageDown;
    default:
      return Key::kOther;
  }
}

void Terminal::Resize() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
  if (size.ws_row == 0 || size.ws_col == 0) return;  // it does not know
  ::resizeterm(size.ws_row, size.ws_col);
}

void Terminal::Suspend() {
  ::endwin();
  ::kill(::getpid(), SIGSTOP);
  ::clearok(curscr, TRUE);
  Resize();
}

}  // namespace weir
