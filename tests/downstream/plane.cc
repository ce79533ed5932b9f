#include <iostream>

#include "weir/reactor/server.h"

int main() {
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  auto server =
      weir::Server::Start(options, [](const weir::Request& request, weir::ResponseWriter response) {
        response.Send(200, "text/plain", request.target());
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  (*server)->Drain();
  (*server)->Wait();
  std::cout << "plane: served on " << (*server)->address() << '\n';
}
