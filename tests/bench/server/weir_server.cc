// The server that the benchmark measures: Weir, and the smallest handler that there is.
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "weir/reactor/server.h"
#include "weir/tests/bench/server/limit_flags.h"

ABSL_FLAG(int, reactors, 1, "reactors");
ABSL_FLAG(std::vector<std::string>, limits, {},
          "limits that differ from the defaults: NAME=VALUE,...");

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = absl::GetFlag(FLAGS_reactors);
  if (!weir::SetLimits(absl::GetFlag(FLAGS_limits), &options.limits)) return 2;
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
