// A service with three doors: for everybody, for a balancer on this host, and for health checks.
#include <iostream>
#include <string>

#include "weir/reactor/server.h"

int main(int argc, char** argv) {
  weir::ServerOptions options;

  weir::ListenerOptions open;
  open.name = "public";
  open.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  options.listeners.push_back(open);

  // HAProxy: "server weir unix@/tmp/weir.sock send-proxy-v2".
  weir::ListenerOptions balancer;
  balancer.name = "balancer";
  balancer.address = std::string("unix:") + (argc > 2 ? argv[2] : "/tmp/weir.sock");
  balancer.proxies = {"unix"};  // whoever connects there must say whom it relays
  options.listeners.push_back(balancer);

  weir::ListenerOptions health;
  health.name = "health";
  health.address = argc > 3 ? argv[3] : "127.0.0.1:8081";
  health.listen_backlog = 16;
  health.max_connections_per_listener = 32;
  options.listeners.push_back(health);

  auto server =
      weir::Server::Start(options, [](const weir::Request& request, weir::ResponseWriter response) {
        response.Send(200, "text/plain", request.client().ToString() + "\n");
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  for (const weir::ListenerInfo& listener : (*server)->listeners()) {
    std::cout << listener.name << " on " << (listener.port == 0 ? "" : "http://")
              << listener.address << std::endl;
  }
  (*server)->Wait();
}
