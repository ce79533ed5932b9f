// The server of "./dev demo --incident": a backlog of 128, and a handler that blocks as one does
// that asks a database which does not answer. A line on standard input is the database's answer.
#include <cstdint>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "weir/control/admin_server.h"
#include "weir/reactor/server.h"

ABSL_FLAG(std::string, admin, "", "where to serve gRPC: unix:/PATH");
ABSL_FLAG(int, backlog, 128, "listen_backlog to begin with");

namespace {

void Handle(const weir::Request& request, weir::ResponseWriter response) {
  if (request.target() == "/report") {
    std::cout << "the handler blocks" << std::endl;
    std::string answer;
    std::getline(std::cin, answer);
  }
  response.Send(200, "text/plain", "served\n");
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 1;  // with more the others accept for the one that is held up
  options.limits.listen_backlog = static_cast<std::uint64_t>(absl::GetFlag(FLAGS_backlog));
  auto server = weir::Server::Start(options, Handle);
  if (!server.ok()) {
    std::cerr << "incident: " << server.status() << "\n";
    return 1;
  }
  auto admin = weir::AdminServer::Start(server->get(), {absl::GetFlag(FLAGS_admin), {}});
  if (!admin.ok()) {
    std::cerr << "incident: " << admin.status() << "\n";
    return 1;
  }
  std::cout << "http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
