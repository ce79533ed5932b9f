// A service that has a gRPC server already: Weir's admin service joins it there.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <iostream>
#include <string>

#include "examples/greeter.grpc.pb.h"
#include "weir/control/admin_service.h"
#include "weir/reactor/server.h"

namespace {

class GreeterService final : public weir::examples::Greeter::Service {
  grpc::Status Greet(grpc::ServerContext*, const weir::examples::GreetRequest* request,
                     weir::examples::GreetReply* reply) override {
    reply->set_text("Hello, " + request->name());
    return grpc::Status::OK;
  }
};

}  // namespace

int main(int argc, char** argv) {
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server =
      weir::Server::Start(options, [](const weir::Request& request, weir::ResponseWriter response) {
        response.Send(200, "text/plain", request.target());
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }

  GreeterService greeter;
  weir::AdminService admin(server->get());
  int port = 0;
  grpc::ServerBuilder builder;
  // Whoever reaches this port can change every limit: loopback here, mTLS elsewhere.
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&greeter);
  builder.RegisterService(&admin);
  const auto grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr) {
    std::cerr << "gRPC can't listen\n";
    return 1;
  }

  std::cout << "HTTP on http://" << (*server)->address() << ", gRPC on 127.0.0.1:" << port
            << std::endl;
  (*server)->Wait();
  admin.EndStreams();
  // Without a deadline it waits for every client that is connected, idle ones included.
  grpc_server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
}
