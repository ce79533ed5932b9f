#include <grpcpp/grpcpp.h>

#include <iostream>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/admin_server.h"
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
  auto admin = weir::AdminServer::Start(server->get(), {"127.0.0.1:0", {}});
  if (!admin.ok()) {
    std::cerr << admin.status() << '\n';
    return 1;
  }
  const auto stub = weir::admin::v1::Admin::NewStub(
      grpc::CreateChannel((*admin)->address(), grpc::InsecureChannelCredentials()));
  weir::admin::v1::UpdateLimitsRequest request;
  request.mutable_limits()->set_max_fields(42);
  weir::admin::v1::LimitsState state;
  grpc::ClientContext context;
  const grpc::Status status = stub->UpdateLimits(&context, request, &state);
  const bool applied = (*server)->limits().current()->limits.max_fields == 42;
  std::cout << "service: " << (status.ok() ? "tuned by gRPC" : status.error_message()) << '\n';
  return status.ok() && state.applied_by_all() && applied ? 0 : 1;
}
