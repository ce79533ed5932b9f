// Connects at a fixed rate, whether or not the answers come, to a stall_server one of whose two
// reactors it has held up meanwhile, and tells how long it was from when each connection was due to
// its first byte, of those that the kernel gives to that reactor.
//
// The kernel chooses the listener by a hash of both addresses and ports (inet_ehashfn in
// net/ipv4/inet_hashtables.c), so each source port is tried beforehand: who answers then is whom
// the port hashes to.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "weir/tests/bench/server/percentile.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1");
ABSL_FLAG(int, rate, 1000, "connections a second");
ABSL_FLAG(int, stall_ms, 500, "how long a reactor is held up");
ABSL_FLAG(int, rest_ms, 250, "load before that and after it");
ABSL_FLAG(int, patience_ms, 5000, "an answer that comes later is lost");

namespace {

using Clock = std::chrono::steady_clock;
using Ms = std::chrono::duration<double, std::milli>;

constexpr int kFirstPort = 10'000;  // below the range that the kernel chooses from

int Must(int result, const char* call) {
  if (result >= 0) return result;
  std::cerr << "stall_client: " << call << ": " << std::strerror(errno) << "\n";
  std::exit(1);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// A socket bound to that port, which is free again once it is closed; -1 if another has the port.
int OpenFrom(int source_port) {
  const int fd = Must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  const linger reset{1, 0};
  Must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
  const sockaddr_in address = Loopback(source_port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  if (errno != EADDRINUSE) Must(-1, "bind");
  close(fd);
  return -1;
}

void Connect(int fd) {
  const sockaddr_in address = Loopback(absl::GetFlag(FLAGS_port));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return;
  if (errno != EINPROGRESS) Must(-1, "connect");
}

bool Send(int fd, const std::string& target) {
  const std::string request = absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: h\r\n\r\n");
  return send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(request.size());
}

// Which reactor an answer is of; -1 if there is none.
int ReadReactor(int fd) {
  char bytes[4096];
  const ssize_t size = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
  return size > 0 ? bytes[size - 1] - '0' : -1;
}

// Which reactor a connection from that port comes to while none is held up.
int Try(int source_port) {
  const int fd = OpenFrom(source_port);
  if (fd < 0) return -1;
  Connect(fd);
  pollfd wait{fd, POLLOUT, 0};
  poll(&wait, 1, 1000);
  wait.events = POLLIN;
  if (Send(fd, "/")) poll(&wait, 1, 1000);
  const int reactor = ReadReactor(fd);
  close(fd);
  return reactor;
}

struct Attempt {
  Attempt(int port, int reactor) : source_port(port), hashes_to(reactor) {}

  int source_port;
  int hashes_to;
  int fd = -1;
  bool sent = false;
  bool answered = false;
  int answered_by = -1;
  Clock::time_point due;
  double ms = 0;
};

class Run {
 public:
  Run() : epoll_(Must(epoll_create1(0), "epoll_create1")) {}

  // Finds a source port for each connection, and one for the request that stalls.
  void Prepare() {
    const int ms = absl::GetFlag(FLAGS_stall_ms) + 2 * absl::GetFlag(FLAGS_rest_ms);
    const auto count = static_cast<std::size_t>(absl::GetFlag(FLAGS_rate) * ms / 1000);
    for (int port = kFirstPort; attempts_.size() <= count && port < 32'000; ++port) {
      if (const int reactor = Try(port); reactor >= 0) attempts_.emplace_back(port, reactor);
    }
    if (attempts_.size() <= count) Must(-1, "source ports");
    stalling_ = attempts_.back();
    attempts_.pop_back();
  }

  void Go() {
    const Ms rest(absl::GetFlag(FLAGS_rest_ms));
    const Ms gap(1000. / absl::GetFlag(FLAGS_rate));
    const Clock::time_point begin = Clock::now();
    std::size_t begun = 0;
    while (left_ > 0 || begun < attempts_.size()) {
      const Clock::time_point now = Clock::now();
      // Halfway between two connections: one that the reactor had just accepted would wait, too.
      if (stalling_.fd < 0 && now - begin >= rest + gap / 2) Stall();
      for (; begun < attempts_.size() && now - begin >= gap * static_cast<double>(begun); ++begun) {
        attempts_[begun].due =
            begin + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(begun));
        Begin(begun);
      }
      const Clock::time_point next =
          begin + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(begun));
      Serve(begun < attempts_.size() ? next : now + std::chrono::milliseconds(100));
      if (now - begin > Ms(absl::GetFlag(FLAGS_patience_ms)) + rest + rest) break;
    }
  }

  // Of those that hash to the reactor that was held up: all, and those that were due meanwhile.
  void Report() {
    std::vector<double> all;
    std::vector<double> meanwhile;
    std::size_t lost = 0;
    std::size_t by_the_other = 0;
    const Ms stall(absl::GetFlag(FLAGS_stall_ms));
    for (const Attempt& it : attempts_) {
      lost += it.answered ? 0 : 1;
      if (!it.answered || it.hashes_to != stalling_.hashes_to) continue;
      all.push_back(it.ms);
      by_the_other += it.answered_by != it.hashes_to ? 1 : 0;
      if (it.due >= stalled_ && it.due < stalled_ + stall) meanwhile.push_back(it.ms);
    }
    std::cout << "{\"connections\":" << attempts_.size() << ",\"lost\":" << lost
              << ",\"of_the_stalled\":" << all.size() << ",\"by_the_other\":" << by_the_other
              << ",\"p50_ms\":" << weir::Percentile(&all, .5)
              << ",\"p99_ms\":" << weir::Percentile(&all, .99)
              << ",\"max_ms\":" << weir::Percentile(&all, 1)
              << ",\"meanwhile_p50_ms\":" << weir::Percentile(&meanwhile, .5)
              << ",\"meanwhile_p99_ms\":" << weir::Percentile(&meanwhile, .99) << "}\n";
  }

 private:
  // Has a reactor held up from now on: the one that this connection comes to.
  void Stall() {
    stalling_.fd = OpenFrom(stalling_.source_port);
    Must(stalling_.fd, "bind");
    Connect(stalling_.fd);
    pollfd wait{stalling_.fd, POLLOUT, 0};
    poll(&wait, 1, 1000);
    if (!Send(stalling_.fd, absl::StrCat("/stall/", absl::GetFlag(FLAGS_stall_ms))))
      Must(-1, "send");
    stalled_ = Clock::now();
  }

  void Begin(std::size_t index) {
    Attempt& it = attempts_[index];
    it.fd = OpenFrom(it.source_port);
    if (it.fd < 0) return;  // lost, and told of as such
    ++left_;
    Connect(it.fd);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = index;
    Must(epoll_ctl(epoll_, EPOLL_CTL_ADD, it.fd, &event), "epoll_ctl");
  }

  // To the nanosecond, so that no connection begins late for waiting.
  void Serve(Clock::time_point until) {
    using std::chrono::nanoseconds;
    const nanoseconds left = std::max<nanoseconds>(until - Clock::now(), nanoseconds(0));
    const timespec wait{0, static_cast<long>(left.count())};
    epoll_event events[64];
    const int count = epoll_pwait2(epoll_, events, 64, &wait, nullptr);
    for (int i = 0; i < count; ++i) {
      Attempt& it = attempts_[events[i].data.u64];
      if (!it.sent && (events[i].events & EPOLLOUT) != 0) it.sent = Send(it.fd, "/");
      if ((events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) End(&it);
    }
  }

  void End(Attempt* it) {
    it->ms = Ms(Clock::now() - it->due).count();
    it->answered_by = ReadReactor(it->fd);
    it->answered = it->answered_by >= 0;
    close(it->fd);
    --left_;
  }

  const int epoll_;
  std::vector<Attempt> attempts_;
  Attempt stalling_{0, 0};
  Clock::time_point stalled_;
  std::size_t left_ = 0;  // begun and not ended
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  Must(prctl(PR_SET_TIMERSLACK, 1), "prctl");
  Run run;
  run.Prepare();
  run.Go();
  run.Report();
}
