// weirctl refused.
#include <google/protobuf/util/time_util.h>

#include <ostream>

#include "weir/control/weirctl/refused_text.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

void Print(const admin::v1::ListBadRequestsResponse& response, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"TIME", "PEER", "STATUS", "KIND", "WHERE", "LIMIT", "SERVED BEFORE", "LINE"}};
  for (const admin::v1::BadRequest& request : response.requests()) {
    rows.push_back({TimeUtil::ToString(request.time()), request.peer(),
                    request.status() == 0 ? "cut" : std::to_string(request.status()),
                    request.kind(), RefusedWhere(request), RefusedAdvice(request),
                    std::to_string(request.requests_before()),
                    request.excerpt().empty() ? "-" : request.excerpt()});
  }
  PrintTable(rows, out);
  if (response.unrecorded() > 0) {
    out << response.unrecorded() << " more were refused and are not kept (bad_requests_per_second)"
        << std::endl;
  }
}

}  // namespace

int RefusedCommand(const Session& session, const std::vector<std::string>&) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ListBadRequestsResponse response;
  const grpc::Status status = session.stub->ListBadRequests(&context, {}, &response);
  if (!status.ok()) return Report(session, status);
  session.line.json ? PrintJson(response, session.out) : Print(response, session.out);
  return kExitOk;
}

}  // namespace weir
