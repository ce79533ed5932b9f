// weirctl top.
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "weir/control/weirctl/follow_stream.h"
#include "weir/control/weirctl/top/feed.h"
#include "weir/control/weirctl/top/terminal.h"
#include "weir/control/weirctl/top/terminal_signals.h"
#include "weir/control/weirctl/top/view.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

// What is on the screen, and what the keys have made of it.
class TopScreen {
 public:
  TopScreen(Terminal* terminal, const TopFeed* feed) : terminal_(terminal), feed_(feed) {}

  void Paint() {
    if (!options_.paused) state_ = feed_->state();
    const int hidden = TopRowsHidden(state_, terminal_->rows());
    options_.first_reactor = std::clamp(options_.first_reactor, 0, hidden);
    terminal_->Paint(DrawTop(state_, options_, terminal_->rows(), terminal_->columns()));
  }

  // Whether it goes on.
  bool ReadKeys() {
    for (Key key = terminal_->ReadKey(); key != Key::kNone; key = terminal_->ReadKey()) {
      if (key == Key::kQuit) return false;
      if (key == Key::kPause) options_.paused = !options_.paused;
      if (key == Key::kUp) --options_.first_reactor;
      if (key == Key::kDown) ++options_.first_reactor;
      if (key == Key::kPageUp) options_.first_reactor -= kPage;
      if (key == Key::kPageDown) options_.first_reactor += kPage;
      Paint();
    }
    return true;
  }

  // Whether it goes on.
  bool TakeSignals(TerminalSignals* signals) {
    for (int number = signals->Take(); number != 0; number = signals->Take()) {
      if (number == SIGWINCH) {
        terminal_->Resize();
      } else if (number == SIGTSTP) {
        terminal_->Suspend();
      } else {
        return false;
      }
      Paint();
    }
    return true;
  }

 private:
  static constexpr int kPage = 10;

  Terminal* const terminal_;
  const TopFeed* const feed_;
  TopState state_;
  TopOptions options_;
};

// Until it is asked to quit, the stream ends, or `most` samples have been shown; 0: no end.
void ShowUntilEnd(std::uint64_t most, TerminalSignals* signals, Terminal* terminal, TopFeed* feed) {
  TopScreen screen(terminal, feed);
  screen.Paint();
  pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {signals->fd(), POLLIN, 0}, {feed->fd(), POLLIN, 0}};
  while (true) {
    if (::poll(fds, 3, -1) < 0) continue;  // EINTR: the signal is in its pipe
    if (fds[1].revents != 0 && !screen.TakeSignals(signals)) return;
    if (fds[0].revents != 0 && !screen.ReadKeys()) return;
    if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return;  // the terminal has gone
    if (fds[2].revents == 0) continue;
    feed->ClearWake();
    if (feed->ended()) return;
    screen.Paint();
    if (most != 0 && feed->samples() >= most) return;
  }
}

int ShowTop(const Session& session, admin::v1::ServerInfo info) {
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  auto signals = TerminalSignals::Install();
  if (!wake.valid() || !signals.ok()) {
    session.err << "weirctl: no descriptor is left for a pipe\n";
    return kExitRefused;
  }
  TopFeed feed(session.stub, std::move(info), session.line.interval_ms, std::move(wake));
  {
    auto terminal = Terminal::Open();
    if (!terminal.ok()) {
      session.err << "weirctl: " << terminal.status().message()
                  << ": set TERM, or use \"weirctl watch stats\"\n";
      return kExitUsage;
    }
    ShowUntilEnd(session.line.count, signals->get(), terminal->get(), &feed);
  }
  const std::optional<grpc::Status> ended = feed.ended();
  return ended ? ReportStreamEnd(session, feed.samples(), *ended) : kExitOk;
}

}  // namespace

int TopCommand(const Session& session, const std::vector<std::string>&) {
  if (session.line.json || !WritesToTerminal(session) || ::isatty(STDIN_FILENO) == 0) {
    session.err << "weirctl: top fills a terminal, and this is none: use \"weirctl watch stats\", "
                   "with --json for a program\n";
    return kExitUsage;
  }
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ServerInfo info;
  const grpc::Status status = session.stub->GetServerInfo(&context, {}, &info);
  return status.ok() ? ShowTop(session, std::move(info)) : Report(session, status);
}

}  // namespace weir
