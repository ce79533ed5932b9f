// The server that the benchmark measures: Weir, and the smallest handler that there is.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_split.h"
#include "weir/reactor/server.h"
#include "weir/tests/bench/server/limit_flags.h"

ABSL_FLAG(int, reactors, 1, "reactors");
ABSL_FLAG(std::vector<std::string>, limits, {},
          "limits that differ from the defaults: NAME=VALUE,...");
ABSL_FLAG(
    bool, limits_from_input, false,
    "set what each line of standard input says, as --limits, and once all work by it tell how "
    "many requests were answered with 2xx so far; an empty line only asks");

namespace {

constexpr std::uint64_t kPatienceMs = 10'000;

bool SetLive(const std::string& line, weir::Server* server) {
  if (line.empty()) return true;
  bool good = true;
  const auto snapshot = server->limits().Update(
      [&](weir::Limits* limits) { good = weir::SetLimits(absl::StrSplit(line, ','), limits); });
  return good && snapshot.ok() && server->WaitForLimits((*snapshot)->version, kPatienceMs);
}

std::uint64_t Answers(const weir::Server& server) {
  std::uint64_t answers = 0;
  for (const weir::ReactorStats& it : server.Stats().reactors) {
    answers += it.counters[static_cast<std::size_t>(weir::Counter::kResponses2xx)];
  }
  return answers;
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = absl::GetFlag(FLAGS_reactors);
  if (!weir::SetLimits(absl::GetFlag(FLAGS_limits), &options.limits)) return 2;
  if (absl::GetFlag(FLAGS_limits_from_input)) {
    options.on_event = [](const weir::Event&) {};  // each change of a limit is one
  }
  auto server =
      weir::Server::Start(options, [](const weir::Request&, weir::ResponseWriter response) {
        response.Send(200, "text/plain", "Hello, World!\n");
      });
  if (!server.ok()) {
    std::cerr << "weir_server: " << server.status() << "\n";
    return 1;
  }
  std::cout << "http://" << (*server)->address() << std::endl;
  if (absl::GetFlag(FLAGS_limits_from_input)) {
    for (std::string line; std::getline(std::cin, line);) {
      if (!SetLive(line, server->get())) return 2;
      std::cout << Answers(**server) << std::endl;
    }
    (*server)->Drain();
  }
  (*server)->Wait();
}
