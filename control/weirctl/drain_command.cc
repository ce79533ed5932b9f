// weirctl drain.
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <thread>

#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/events/event.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

void PrintLeft(std::uint64_t connections, std::uint64_t answers, std::ostream& out) {
  out << connections << " connections left, " << answers << " answers owed" << std::endl;
}

// Whether the event that ends the drain is among those after `*known`, which is moved on.
grpc::Status ReadDrainEnded(const Session& session, std::uint64_t* known, bool* ended) {
  admin::v1::ListEventsRequest request;
  request.set_after(*known);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::Events events;
  grpc::Status status = session.stub->ListEvents(&context, request, &events);
  for (const admin::v1::Event& event : events.events()) {
    *known = event.sequence();
    *ended = *ended || event.kind() == Name(EventKind::kDrainEnded);
  }
  return status;
}

grpc::Status ShowLeft(const Session& session) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::Stats stats;
  grpc::Status status = session.stub->GetStats(&context, {}, &stats);
  if (!status.ok()) return status;
  if (session.line.json) {
    PrintJson(stats, session.out);
    return status;
  }
  std::uint64_t connections = 0;
  std::uint64_t answers = 0;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    connections += reactor.connections_active();
    answers += reactor.responses_pending();
  }
  PrintLeft(connections, answers, session.out);
  return status;
}

// Asks again and again, since streams of statistics end when a drain begins. A service may end as
// soon as it has drained, so one that is no longer there has ended too.
int FollowDrain(const Session& session) {
  const auto interval =
      std::chrono::milliseconds(std::clamp<std::uint64_t>(session.line.interval_ms, 100, 60'000));
  std::uint64_t known = 0;
  bool ended = false;
  while (true) {
    grpc::Status status = ReadDrainEnded(session, &known, &ended);
    if (status.ok()) status = ShowLeft(session);
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      session.err << "weirctl: the server has ended (" << status.error_message() << ")\n";
      return kExitOk;
    }
    if (!status.ok()) return Report(session, status);
    if (ended) return kExitOk;
    std::this_thread::sleep_for(interval);
  }
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
  grpc::Status status = session.stub->Drain(&context, request, &response);
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
