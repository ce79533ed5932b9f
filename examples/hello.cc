// A whole service: every request is answered with its target.
#include <iostream>

#include "weir/reactor/server.h"

int main() {
  weir::ServerOptions options;
  options.address = "127.0.0.1:8080";  // one SO_REUSEPORT reactor per CPU
  auto server =
      weir::Server::Start(options, [](const weir::Request& request, weir::ResponseWriter response) {
        response.Send(200, "text/plain", request.target());
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  (*server)->Wait();  // until Drain() or SIGTERM
}
