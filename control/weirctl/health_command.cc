// weirctl health.
#include <grpc/health/v1/health.grpc.pb.h>

#include <ostream>

#include "weir/control/weirctl/weirctl.h"

namespace weir {

using grpc::health::v1::HealthCheckResponse;

int HealthCommand(const Session& session, const std::vector<std::string>& services) {
  const auto stub = grpc::health::v1::Health::NewStub(session.channel);
  grpc::health::v1::HealthCheckRequest request;
  if (!services.empty()) request.set_service(services[0]);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    session.err << "weirctl: no service \"" << request.service()
                << "\" there: give weir.admin.v1.Admin, the address of a listener (\"weirctl info\""
                   " has it), or nothing for the server as a whole\n";
    return kExitRefused;
  }
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(response, session.out);
  } else {
    session.out << HealthCheckResponse::ServingStatus_Name(response.status()) << std::endl;
  }
  return response.status() == HealthCheckResponse::SERVING ? kExitOk : kExitNotServing;
}

}  // namespace weir
