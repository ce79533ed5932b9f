// The limit that the server benchmark compares with: a bare epoll loop that understands nothing. It
// counts requests, by their empty lines or by their bytes, and sends one fixed answer for each. It
// checks nothing, so its clients must be the benchmark's own.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"

ABSL_FLAG(std::string, answer, "", "file whose bytes are the answer");
ABSL_FLAG(bool, level_triggered, false,
          "watch the connections level-triggered, not edge-triggered");
ABSL_FLAG(bool, close, false, "close each connection behind its first answer");
ABSL_FLAG(std::uint64_t, request_bytes, 0,
          "a request is so many bytes; 0: ends with an empty line");

namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;
constexpr std::size_t kAnswersAtOnce = 1024;
constexpr int kMaxEvents = 64;
constexpr char kHeadEnd[] = "\r\n\r\n";
constexpr std::size_t kHeadEndBytes = 4;

long Must(long result, const char* call) {
  if (result >= 0) return result;
  std::cerr << "bare_loop: " << call << ": " << std::strerror(errno) << "\n";
  std::exit(1);
}

// What is known of a request that has not come whole.
struct Partial {
  std::uint64_t bytes = 0;  // of it, where requests are counted by bytes
  std::size_t matched = 0;  // bytes of kHeadEnd at the end of what came, otherwise
};

class BareLoop {
 public:
  explicit BareLoop(const std::string& answer)
      : answer_bytes_(answer.size()),
        request_bytes_(absl::GetFlag(FLAGS_request_bytes)),
        close_(absl::GetFlag(FLAGS_close)),
        level_triggered_(absl::GetFlag(FLAGS_level_triggered)),
        partials_(64 * 1024),
        input_(kReceiveBytes) {
    for (std::size_t i = 0; i < kAnswersAtOnce; ++i) answers_ += answer;
  }

  void Listen() {
    listener_ = static_cast<int>(Must(socket(AF_INET, SOCK_STREAM, 0), "socket"));
    const int on = 1;
    Must(setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Must(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), "bind");
    Must(listen(listener_, 4096), "listen");
    socklen_t size = sizeof(address);
    Must(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    std::cout << "http://127.0.0.1:" << ntohs(address.sin_port) << std::endl;
    epoll_ = static_cast<int>(Must(epoll_create1(0), "epoll_create1"));
    Watch(listener_, EPOLLIN);
  }

  [[noreturn]] void Run() {
    epoll_event events[kMaxEvents];
    while (true) {
      const int count = epoll_wait(epoll_, events, kMaxEvents, -1);
      if (count < 0 && errno != EINTR) Must(count, "epoll_wait");
      for (int i = 0; i < count; ++i) {
        events[i].data.fd == listener_ ? Accept() : Serve(events[i].data.fd);
      }
    }
  }

 private:
  void Watch(int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    Must(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void Accept() {
    const auto fd =
        static_cast<int>(Must(accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK), "accept4"));
    partials_.at(static_cast<std::size_t>(fd)) = Partial();
    Watch(fd, level_triggered_ ? EPOLLIN : EPOLLIN | EPOLLRDHUP | EPOLLET);
  }

  void Serve(int fd) {
    while (true) {
      const ssize_t got = recv(fd, input_.data(), input_.size(), 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return void(close(fd));
      const auto bytes = static_cast<std::size_t>(got);
      const std::size_t requests = Count(&partials_[static_cast<std::size_t>(fd)], bytes);
      if (requests > 0) Answer(fd, requests);
      if (requests > 0 && close_) return void(close(fd));
      if (bytes < input_.size() || level_triggered_) return;
    }
  }

  std::size_t Count(Partial* partial, std::size_t bytes) {
    if (request_bytes_ == 0) return CountHeads(&partial->matched, input_.data(), bytes);
    partial->bytes += bytes;
    const std::size_t requests = partial->bytes / request_bytes_;
    partial->bytes %= request_bytes_;
    return requests;
  }

  static std::size_t CountHeads(std::size_t* matched, const char* data, std::size_t size) {
    std::size_t heads = 0;
    const char* const end = data + size;
    for (; *matched > 0 && data < end; ++data) {
      *matched = *data == kHeadEnd[*matched] ? *matched + 1 : *data == '\r' ? 1 : 0;
      if (*matched == kHeadEndBytes) {
        *matched = 0;
        ++heads;
      }
    }
    while (const void* found =
               memmem(data, static_cast<std::size_t>(end - data), kHeadEnd, kHeadEndBytes)) {
      ++heads;
      data = static_cast<const char*>(found) + kHeadEndBytes;
    }
    for (std::size_t tail = std::min<std::size_t>(3, static_cast<std::size_t>(end - data));
         tail > 0 && *matched == 0; --tail) {
      if (std::memcmp(end - tail, kHeadEnd, tail) == 0) *matched = tail;
    }
    return heads;
  }

  // The benchmark's clients read at once: what the kernel does not take is a mistake in it.
  void Answer(int fd, std::size_t requests) {
    while (requests > 0) {
      const std::size_t answers = std::min(requests, kAnswersAtOnce);
      const std::size_t bytes = answers * answer_bytes_;
      const ssize_t sent = send(fd, answers_.data(), bytes, MSG_NOSIGNAL);
      if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
      if (static_cast<std::size_t>(Must(sent, "send")) < bytes) {
        std::cerr << "bare_loop: a short send\n";
        std::exit(1);
      }
      requests -= answers;
    }
  }

  const std::size_t answer_bytes_;
  const std::uint64_t request_bytes_;
  const bool close_;
  const bool level_triggered_;
  std::string answers_;
  int listener_ = -1;
  int epoll_ = -1;
  std::vector<Partial> partials_;  // by descriptor
  std::vector<char> input_;
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::ifstream file(absl::GetFlag(FLAGS_answer), std::ios::binary);
  const std::string answer{std::istreambuf_iterator<char>(file), {}};
  if (answer.empty()) {
    std::cerr << "bare_loop: --answer names a file that is not empty\n";
    return 2;
  }
  BareLoop loop(answer);
  loop.Listen();
  loop.Run();
}
