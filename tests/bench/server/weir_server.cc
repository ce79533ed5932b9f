// The server that the benchmark measures: Weir, and the smallest handler that there is.
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"

ABSL_FLAG(int, reactors, 1, "reactors");
ABSL_FLAG(std::vector<std::string>, limits, {},
          "limits that differ from the defaults: NAME=VALUE,...");

namespace {

bool SetLimit(const std::string& assignment, weir::Limits* limits) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(assignment, absl::MaxSplits('=', 1));
  const weir::LimitSpec* const spec = weir::FindLimitSpec(parts.first);
  std::uint64_t value = 0;
  if (spec == nullptr || !absl::SimpleAtoi(parts.second, &value)) return false;
  limits->*spec->member = value;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = absl::GetFlag(FLAGS_reactors);
  for (const std::string& assignment : absl::GetFlag(FLAGS_limits)) {
    if (SetLimit(assignment, &options.limits)) continue;
    std::cerr << "weir_server: --limits: \"" << assignment << "\" is not LIMIT=NUMBER\n";
    return 2;
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
  (*server)->Wait();
}
