// The server of "./dev bench plane": that of weir_server, and its control plane.
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "weir/control/admin_server.h"
#include "weir/reactor/server.h"

ABSL_FLAG(std::string, admin, "", "where to serve gRPC: unix:/PATH");

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 1;
  options.on_event = [](const weir::Event&) {};  // each change of a limit is one
  auto server =
      weir::Server::Start(options, [](const weir::Request&, weir::ResponseWriter response) {
        response.Send(200, "text/plain", "Hello, World!\n");
      });
  if (!server.ok()) {
    std::cerr << "plane_server: " << server.status() << "\n";
    return 1;
  }
  auto admin = weir::AdminServer::Start(server->get(), {absl::GetFlag(FLAGS_admin), {}});
  if (!admin.ok()) {
    std::cerr << "plane_server: " << admin.status() << "\n";
    return 1;
  }
  std::cout << "http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
