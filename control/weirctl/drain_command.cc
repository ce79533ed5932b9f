// weirctl drain.
#include <google/protobuf/util/time_util.h>

#include <ostream>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

void PrintLeft(std::uint64_t connections, std::uint64_t answers, std::ostream& out) {
  out << connections << " connections left, " << answers << " answers owed" << std::endl;
}

// Follows the drain until no connection is left, or the server has ended.
int FollowDrain(const Session& session) {
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() =
      TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(session.line.interval_ms));
  grpc::ClientContext context;
  const auto reader = session.stub->WatchStats(&context, request);
  admin::v1::Stats stats;
  while (reader->Read(&stats)) {
    std::uint64_t connections = 0;
    std::uint64_t answers = 0;
    for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
      connections += reactor.connections_active();
      answers += reactor.responses_pending();
    }
    session.line.json ? PrintJson(stats, session.out)
                      : PrintLeft(connections, answers, session.out);
    if (connections > 0) continue;
    context.TryCancel();
    reader->Finish();
    return kExitOk;
  }
  const grpc::Status status = reader->Finish();
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ? kExitOk : Report(session, status);
}

}  // namespace

int DrainCommand(const Session& session, const std::vector<std::string>&) {
  admin::v1::DrainRequest request;
  request.set_reason(session.line.reason);
  if (session.line.deadline_ms) {
    *request.mutable_timeout() =
        TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(*session.line.deadline_ms));
  }
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::DrainResponse response;
  const grpc::Status status = session.stub->Drain(&context, request, &response);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(response, session.out);
  } else {
    session.out << (response.was_draining() ? "was draining already" : "drains") << "; at most "
                << TimeUtil::DurationToMilliseconds(response.timeout()) << " ms from now\n";
    PrintLeft(response.connections_active(), response.responses_pending(), session.out);
  }
  return session.line.wait ? FollowDrain(session) : kExitOk;
}

}  // namespace weir
