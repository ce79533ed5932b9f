// Weir with two reactors, each of which answers with its number, and can be held up: a request for
// /stall/MS blocks the reactor that serves it for so long.
#include <poll.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "weir/reactor/server.h"
#include "weir/tests/bench/server/limit_flags.h"

ABSL_FLAG(std::vector<std::string>, limits, {},
          "limits that differ from the defaults: NAME=VALUE,...");

namespace {

weir::Handler Handle(int reactor) {
  return [number = std::to_string(reactor)](const weir::Request& request,
                                            weir::ResponseWriter response) {
    const std::string target(request.target());
    int ms = 0;
    if (std::sscanf(target.c_str(), "/stall/%d", &ms) == 1) {
      (void)::poll(nullptr, 0, ms);
    }
    response.Send(200, "text/plain", number);
  };
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  if (!weir::SetLimits(absl::GetFlag(FLAGS_limits), &options.limits)) return 2;
  auto server = weir::Server::Start(options, [](int reactor) { return Handle(reactor); });
  if (!server.ok()) {
    std::cerr << "stall_server: " << server.status() << "\n";
    return 1;
  }
  std::cout << "http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
