// Loads a server with connections of all kinds, and looks whether anything is left of them: memory,
// descriptors, or connections that are counted twice or not at all. The clients are another
// process.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "tests/soak/clients.h"
#include "tests/soak/service.h"
#include "weir/reactor/server.h"

ABSL_FLAG(std::uint64_t, connections, 1'000'000, "connections in all, at least 100");
ABSL_FLAG(int, reactors, 2, "reactors of the server");
ABSL_FLAG(std::uint64_t, at_once, 100, "connections at a time: fewer than any accept queue holds");
ABSL_FLAG(unsigned, seed, 1, "for what the clients choose");
ABSL_FLAG(std::uint64_t, max_growth_kb, 8192,
          "how much the memory may grow behind the first fifth of the connections");

namespace weir::soak {
namespace {

// RssAnon: resident memory that is not of files (proc(5)).
std::uint64_t MemoryKb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    std::uint64_t kb = 0;
    status >> kb;
    return kb;
  }
  return 0;
}

std::size_t Descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

template <typename Counts>
std::uint64_t Sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// The clients, in a process of their own: it writes a byte for each tenth, and says what it did.
[[noreturn]] void RunClients(int ports, int progress) {
  ClientOptions options;
  std::array<std::uint16_t, 2> read{};
  if (::read(ports, read.data(), sizeof(read)) != sizeof(read)) std::_Exit(2);
  options.port = read[0];
  options.proxied_port = read[1];
  options.connections = absl::GetFlag(FLAGS_connections);
  options.at_once = absl::GetFlag(FLAGS_at_once);
  options.seed = absl::GetFlag(FLAGS_seed);
  Clients clients(options);
  const std::string problem = clients.Run([progress] { (void)!::write(progress, ".", 1); });
  for (std::size_t i = 0; i < clients.counts().size(); ++i) {
    std::fprintf(stderr, "%9llu %s\n", static_cast<unsigned long long>(clients.counts()[i]),
                 clients.behaviours()[i].name.c_str());
  }
  if (!problem.empty()) std::fprintf(stderr, "clients: %s\n", problem.c_str());
  std::_Exit(problem.empty() ? 0 : 1);
}

struct ClientProcess {
  pid_t pid = -1;
  int ports = -1;     // to be told
  int progress = -1;  // from it
};

ClientProcess ForkClients() {
  int ports[2];
  int progress[2];
  if (::pipe(ports) != 0 || ::pipe(progress) != 0) return {};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ports[1]);
    ::close(progress[0]);
    RunClients(ports[0], progress[1]);
  }
  ::close(ports[0]);
  ::close(progress[1]);
  return {pid, ports[1], progress[0]};
}

ServerOptions OptionsOfServer() {
  ServerOptions options;
  options.listeners.resize(2);
  options.listeners[0].address = "127.0.0.1:0";
  options.listeners[1].address = "127.0.0.1:0";
  options.listeners[1].proxies = {"127.0.0.0/8"};
  options.reactors = absl::GetFlag(FLAGS_reactors);
  options.limits = ShortDeadlines();
  options.handle_signals = false;
  options.on_event = [](const Event&) {};
  return options;
}

class Checks {
 public:
  void Equal(const char* what, std::uint64_t value, std::uint64_t expected) {
    if (value != expected)
      Fail(std::string(what) + ": " + std::to_string(value) + ", not " + std::to_string(expected));
  }
  void AtMost(const char* what, std::uint64_t value, std::uint64_t most) {
    if (value > most)
      Fail(std::string(what) + ": " + std::to_string(value) + ", at most " + std::to_string(most));
  }
  void Fail(const std::string& what) {
    std::cerr << "soak: " << what << "\n";
    failed_ = true;
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

// Everything that a reactor counts of connections adds up, and nothing is open.
void CheckCounters(const ServerStats& stats, Checks* checks) {
  std::uint64_t accepted = 0;
  for (const ReactorStats& reactor : stats.reactors) {
    const std::uint64_t of_reactor =
        reactor.counters[static_cast<std::size_t>(Counter::kConnectionsAccepted)];
    accepted += of_reactor;
    checks->Equal("ends of a reactor's connections",
                  Sum(reactor.connections_closed) + Sum(reactor.connections_refused), of_reactor);
    checks->Equal("connections that are open", reactor.connections_active, 0);
    checks->Equal("answers that are owed", reactor.responses_pending, 0);
    checks->Equal("bytes that connections hold", reactor.buffered_bytes, 0);
    for (std::size_t i = 0; i < kCloseReasonCount; ++i) {
      if (reactor.connections_closed[i] == 0) continue;
      std::cerr << "reactor " << reactor.reactor << ": " << reactor.connections_closed[i] << " "
                << Name(static_cast<CloseReason>(i)) << "\n";
    }
  }
  checks->Equal("connections accepted", accepted, absl::GetFlag(FLAGS_connections));
}

void CheckMemory(const std::vector<std::uint64_t>& kb, Checks* checks) {
  std::cerr << "memory, KB, by tenths of the connections:";
  for (const std::uint64_t value : kb) std::cerr << " " << value;
  std::cerr << "\n";
  if (kb.size() < 3) return checks->Fail("the clients gave up");
  checks->AtMost("KB at the end", kb.back(), kb[1] + absl::GetFlag(FLAGS_max_growth_kb));
}

int Run() {
  Checks checks;
  const ClientProcess clients = ForkClients();
  if (clients.pid < 0) return 2;
  const std::size_t descriptors = Descriptors();
  {
    Service service;
    auto server = Server::Start(OptionsOfServer(), service.Handler());
    if (!server.ok()) {
      std::cerr << "soak: " << server.status() << "\n";
      return 2;
    }
    const std::array<std::uint16_t, 2> ports = {(*server)->listeners()[0].port,
                                                (*server)->listeners()[1].port};
    (void)!::write(clients.ports, ports.data(), sizeof(ports));
    std::vector<std::uint64_t> memory_kb;
    for (char tenth = 0; ::read(clients.progress, &tenth, 1) == 1;) {
      memory_kb.push_back(MemoryKb());
      std::cerr << "soak: " << memory_kb.size() << "/10\n";
    }
    int status = 0;
    ::waitpid(clients.pid, &status, 0);
    if (status != 0) checks.Fail("the clients failed");
    (*server)->Drain(10'000);
    checks.Equal("connections cut", (*server)->Wait().connections_cut, 0);
    CheckMemory(memory_kb, &checks);
    CheckCounters((*server)->Stats(), &checks);
  }
  checks.Equal("descriptors", Descriptors(), descriptors);
  if (!checks.failed()) std::cerr << "soak: nothing is left\n";
  return checks.failed() ? 1 : 0;
}

}  // namespace
}  // namespace weir::soak

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return weir::soak::Run();
}
