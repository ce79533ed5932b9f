#include "weir/control/weirctl/follow_stream.h"

#include <ostream>

namespace weir {

grpc::Status ProbeServer(const Session& session) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState limits;
  return session.stub->GetLimits(&context, {}, &limits);
}

int ReportStreamEnd(const Session& session, std::uint64_t messages, const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE || messages == 0) {
    return Report(session, status);
  }
  session.err << "weirctl: the stream ended after " << messages
              << " samples: " << status.error_message()
              << "; the server drains or has ended: watch again once it runs\n";
  return kExitUnreachable;
}

}  // namespace weir
