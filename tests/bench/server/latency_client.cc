// Sends requests at a fixed rate, whether or not the answers come, and tells how long they took. A
// time counts from the moment that the request was due, so a stall of the server is seen by every
// request that it delayed. It never sleeps: it is to have a CPU of its own. Where it does not have
// it, it notices, by its own CPU time: requests that were under way while another program ran in
// its place are told apart, since what they measure is the client.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1");
ABSL_FLAG(std::string, request, "", "file whose bytes are the request");
ABSL_FLAG(std::uint64_t, answer_bytes, 0, "size of an answer");
ABSL_FLAG(int, connections, 64, "connections, which take turns");
ABSL_FLAG(int, rate, 20000, "requests a second");
ABSL_FLAG(double, seconds, 1, "how long");

namespace {

using Clock = std::chrono::steady_clock;

// Off the CPU for longer than this between two looks: another program has run.
constexpr std::chrono::microseconds kDisturbance(50);

std::chrono::nanoseconds CpuTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

int Must(int result, const char* call) {
  if (result >= 0) return result;
  std::cerr << "latency_client: " << call << ": " << std::strerror(errno) << "\n";
  std::exit(1);
}

struct Connection {
  int fd;
  std::deque<Clock::time_point> due;  // of the requests without an answer yet
  std::uint64_t answered_bytes;       // of an answer that has not come whole
};

Connection Connect() {
  const int fd = Must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  const int on = 1;
  Must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port)));
  Must(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), "connect");
  return {fd, {}, 0};
}

class Load {
 public:
  explicit Load(const std::string& request)
      : request_(request), answer_bytes_(absl::GetFlag(FLAGS_answer_bytes)) {
    for (int i = 0; i < absl::GetFlag(FLAGS_connections); ++i) connections_.push_back(Connect());
  }

  void Run() {
    const double rate = absl::GetFlag(FLAGS_rate);
    const auto total = static_cast<std::uint64_t>(rate * absl::GetFlag(FLAGS_seconds));
    const Clock::time_point begin = Clock::now();
    std::uint64_t sent = 0;
    while (times_us_.size() + disturbed_us_.size() < total) {
      NoteDisturbance();
      const std::chrono::duration<double> elapsed = Clock::now() - begin;
      for (; sent < total && static_cast<double>(sent) <= elapsed.count() * rate; ++sent) {
        const std::chrono::duration<double> due(static_cast<double>(sent) / rate);
        Send(&connections_[sent % connections_.size()],
             begin + std::chrono::duration_cast<Clock::duration>(due));
      }
      for (Connection& connection : connections_) Receive(&connection);
    }
  }

  void Report() {
    std::vector<double> all = times_us_;
    all.insert(all.end(), disturbed_us_.begin(), disturbed_us_.end());
    if (times_us_.empty()) times_us_ = all;  // nothing else is known
    std::sort(all.begin(), all.end());
    std::sort(times_us_.begin(), times_us_.end());
    const auto requests = static_cast<double>(all.size());
    std::cout << "{\"requests\":" << all.size()
              << ",\"disturbed\":" << static_cast<double>(disturbed_us_.size()) / requests
              << ",\"p99_all_us\":" << all[static_cast<std::size_t>(.99 * (requests - 1))];
    for (const auto& [name, share] : {std::pair("p50_us", .5), std::pair("p99_us", .99),
                                      std::pair("p999_us", .999), std::pair("max_us", 1.)}) {
      const auto last = static_cast<double>(times_us_.size() - 1);
      std::cout << ",\"" << name << "\":" << times_us_[static_cast<std::size_t>(share * last)];
    }
    std::cout << "}\n";
  }

 private:
  void NoteDisturbance() {
    const Clock::time_point now = Clock::now();
    const std::chrono::nanoseconds cpu = CpuTime();
    if ((now - looked_) - (cpu - looked_cpu_) > kDisturbance) disturbed_until_ = now;
    looked_ = now;
    looked_cpu_ = cpu;
    for (const auto& [due, us] : fresh_) {
      (due < disturbed_until_ ? disturbed_us_ : times_us_).push_back(us);
    }
    fresh_.clear();
  }

  void Send(Connection* connection, Clock::time_point due) {
    const ssize_t sent = send(connection->fd, request_.data(), request_.size(), MSG_NOSIGNAL);
    Must(static_cast<std::size_t>(sent) == request_.size() ? 0 : -1, "send");
    connection->due.push_back(due);
  }

  void Receive(Connection* connection) {
    if (connection->due.empty()) return;
    char bytes[64 * 1024];
    const ssize_t got = recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    Must(got > 0 ? 0 : -1, "recv");
    const Clock::time_point now = Clock::now();
    connection->answered_bytes += static_cast<std::uint64_t>(got);
    for (; connection->answered_bytes >= answer_bytes_; connection->due.pop_front()) {
      connection->answered_bytes -= answer_bytes_;
      const std::chrono::duration<double, std::micro> time = now - connection->due.front();
      fresh_.emplace_back(connection->due.front(), time.count());
    }
  }

  const std::string request_;
  const std::uint64_t answer_bytes_;
  std::vector<Connection> connections_;
  std::vector<std::pair<Clock::time_point, double>> fresh_;  // since the last look
  std::vector<double> times_us_;
  std::vector<double> disturbed_us_;  // of requests that were under way while another program ran
  Clock::time_point looked_ = Clock::now();
  std::chrono::nanoseconds looked_cpu_ = CpuTime();
  Clock::time_point disturbed_until_;
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::ifstream file(absl::GetFlag(FLAGS_request), std::ios::binary);
  const std::string request{std::istreambuf_iterator<char>(file), {}};
  if (request.empty() || absl::GetFlag(FLAGS_answer_bytes) == 0) {
    std::cerr << "latency_client: needs --request and --answer_bytes\n";
    return 2;
  }
  Load load(request);
  load.Run();
  load.Report();
}
