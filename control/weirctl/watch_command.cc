// weirctl watch.
#include <google/protobuf/util/time_util.h>

#include <map>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/weirctl/queue_table.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kRowsBetweenHeadings = 20;

void PrintHeading(std::ostream& out) {
  out << absl::StrFormat("%-8s %7s %13s %6s %10s %9s %10s %8s  %s\n", "TIME", "REACTOR",
                         "QUEUE/BACKLOG", "HIGH", "ACCEPTED", "ACCEPT/s", "REQUEST/s", "ACTIVE",
                         "PARSE ERRORS");
}

// The time of day in UTC, from "2026-01-31T12:34:56Z".
std::string ClockTime(const admin::v1::Stats& stats) {
  const std::string text = TimeUtil::ToString(stats.time());
  return text.size() < 19 ? text : text.substr(11, 8);
}

std::string Errors(const admin::v1::ReactorStats& reactor) {
  const std::map<std::string, std::uint64_t> sorted(reactor.parse_errors().begin(),
                                                    reactor.parse_errors().end());
  std::string text;
  for (const auto& [kind, count] : sorted) {
    absl::StrAppend(&text, text.empty() ? "" : " ", kind, "=", count);
  }
  return text.empty() ? "-" : text;
}

// What prints the stream as rows, with rates against the sample before.
class WatchTable {
 public:
  explicit WatchTable(std::ostream& out) : out_(out) {}

  void Print(const admin::v1::Stats& stats) {
    const double seconds = SecondsSinceLast(stats);
    for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
      if (rows_++ % kRowsBetweenHeadings == 0) PrintHeading(out_);
      const admin::v1::ReactorStats& before = last_[reactor.reactor()];
      const admin::v1::AcceptQueue queue = SumOfQueues(reactor);
      const auto rate = [seconds](std::uint64_t now, std::uint64_t then) {
        return seconds > 0 ? absl::StrFormat("%.0f", static_cast<double>(now - then) / seconds)
                           : std::string("-");
      };
      out_ << absl::StrFormat("%-8s %7d %13s %6d %10d %9s %10s %8d  %s\n", ClockTime(stats),
                              reactor.reactor(),
                              absl::StrCat(queue.depth(), "/", queue.backlog_effective()),
                              queue.depth_max(), reactor.connections_accepted(),
                              rate(reactor.connections_accepted(), before.connections_accepted()),
                              rate(reactor.requests(), before.requests()),
                              reactor.connections_active(), Errors(reactor));
    }
    out_ << std::flush;
    for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
      last_[reactor.reactor()] = reactor;
    }
  }

 private:
  double SecondsSinceLast(const admin::v1::Stats& stats) {
    const std::int64_t now_ms = TimeUtil::DurationToMilliseconds(stats.monotonic_time());
    const std::int64_t before_ms = std::exchange(last_ms_, now_ms);
    return before_ms == 0 ? 0 : static_cast<double>(now_ms - before_ms) / 1000;
  }

  std::ostream& out_;
  int rows_ = 0;
  std::int64_t last_ms_ = 0;
  std::map<std::uint32_t, admin::v1::ReactorStats> last_;
};

// A stream that the server ended, or that broke.
int ReportEnd(const Session& session, std::uint64_t samples, const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE || samples == 0) {
    return Report(session, status);
  }
  session.err << "weirctl: the stream ended after " << samples
              << " samples: " << status.error_message()
              << "; the server drains or has ended: watch again once it runs\n";
  return kExitUnreachable;
}

}  // namespace

int WatchCommand(const Session& session, const std::vector<std::string>&) {
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() =
      TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(session.line.interval_ms));
  // The stream has no deadline, so this call finds out whether anybody answers.
  grpc::ClientContext probe;
  SetDeadline(session, &probe);
  admin::v1::LimitsState limits;
  const grpc::Status reachable = session.stub->GetLimits(&probe, {}, &limits);
  if (!reachable.ok()) return Report(session, reachable);
  grpc::ClientContext context;
  const auto reader = session.stub->WatchStats(&context, request);
  WatchTable table(session.out);
  admin::v1::Stats stats;
  std::uint64_t samples = 0;
  while (reader->Read(&stats)) {
    session.line.json ? PrintJson(stats, session.out) : table.Print(stats);
    if (++samples == session.line.count) {
      context.TryCancel();
      break;
    }
  }
  const grpc::Status status = reader->Finish();
  if (session.line.count != 0 && samples == session.line.count) return kExitOk;
  return ReportEnd(session, samples, status);
}

}  // namespace weir
