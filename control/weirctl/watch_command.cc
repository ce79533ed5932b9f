// weirctl watch.
#include <google/protobuf/util/time_util.h>

#include <map>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/weirctl/event_text.h"
#include "weir/control/weirctl/follow_stream.h"
#include "weir/control/weirctl/queue_table.h"
#include "weir/control/weirctl/refused_text.h"
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
template <typename Message>
std::string ClockTime(const Message& message) {
  const std::string text = TimeUtil::ToString(message.time());
  return text.size() < 19 ? text : text.substr(11, 8);
}

template <typename Reactor>
std::string Errors(const Reactor& reactor) {
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

// What prints accept queues as rows, and SYN queues where any connection is half-open.
class QueueWatch {
 public:
  explicit QueueWatch(std::ostream& out) : out_(out) {}

  void Print(const admin::v1::AcceptQueues& queues) {
    const std::string time = ClockTime(queues);
    for (const admin::v1::ReactorQueues& reactor : queues.reactors()) {
      for (const admin::v1::ListenerQueue& it : reactor.queues()) PrintRow(time, reactor, it);
    }
    for (const admin::v1::SynQueue& syn : queues.kernel().syn_queues()) {
      if (syn.half_open() == 0) continue;
      out_ << time << " SYN queue of " << syn.address() << ": " << syn.half_open()
           << " half-open\n";
    }
    out_ << std::flush;
  }

 private:
  void PrintRow(const std::string& time, const admin::v1::ReactorQueues& reactor,
                const admin::v1::ListenerQueue& it) {
    if (rows_++ % kRowsBetweenHeadings == 0) {
      out_ << absl::StrFormat("%-8s %7s %-21s %13s %6s %6s %10s %9s %9s\n", "TIME", "REACTOR",
                              "LISTENER", "QUEUE/BACKLOG", "HIGH", "RECENT", "ACCEPTED", "DISCARDS",
                              "WHEN FULL");
    }
    const admin::v1::AcceptQueue& queue = it.queue();
    out_ << absl::StrFormat("%-8s %7d %-21s %13s %6d %6d %10d %9d %9d\n", time, reactor.reactor(),
                            it.listener(),
                            absl::StrCat(queue.depth(), "/", queue.backlog_effective()),
                            queue.depth_max(), queue.depth_max_window(), it.connections_accepted(),
                            queue.discards(), queue.discards_when_full());
  }

  std::ostream& out_;
  int rows_ = 0;
};

// What prints parse errors as rows.
class ErrorWatch {
 public:
  explicit ErrorWatch(std::ostream& out) : out_(out) {}

  void Print(const admin::v1::ParseErrors& errors) {
    for (const admin::v1::ReactorParseErrors& reactor : errors.reactors()) {
      if (rows_++ % kRowsBetweenHeadings == 0) {
        out_ << absl::StrFormat("%-8s %7s %12s  %s\n", "TIME", "REACTOR", "REQUESTS",
                                "PARSE ERRORS");
      }
      out_ << absl::StrFormat("%-8s %7d %12d  %s\n", ClockTime(errors), reactor.reactor(),
                              reactor.requests(), Errors(reactor));
    }
    for (const admin::v1::BadRequest& it : errors.refused()) {
      out_ << "  refused " << it.peer() << " " << it.kind() << " at " << RefusedWhere(it)
           << "; limit " << RefusedAdvice(it) << "\n";
    }
    const std::uint64_t lost = errors.refused_dropped() + errors.unrecorded();
    if (std::exchange(lost_, lost) < lost) {
      out_ << "  " << lost << " refused requests so far are not shown (bad_requests_per_second)\n";
    }
    out_ << std::flush;
  }

 private:
  std::ostream& out_;
  int rows_ = 0;
  std::uint64_t lost_ = 0;
};

// Follows a sampled stream, whose request has an interval, and shows it by `table`.
template <typename Message, typename Request, typename Open, typename Table>
int Watch(const Session& session, const Open& open, Table table) {
  Request request;
  *request.mutable_interval() =
      TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(session.line.interval_ms));
  return FollowStream<Message>(
      session,
      [&](grpc::ClientContext* context) { return (session.stub->*open)(context, request); },
      [&](const Message& message) {
        session.line.json ? PrintJson(message, session.out) : table.Print(message);
        return 1;
      });
}

}  // namespace

int WatchCommand(const Session& session, const std::vector<std::string>& words) {
  using Stub = admin::v1::Admin::StubInterface;
  const std::string what = words.empty() ? "stats" : words[0];
  if (words.size() < 2 && what == "stats") {
    return Watch<admin::v1::Stats, admin::v1::WatchStatsRequest>(session, &Stub::WatchStats,
                                                                 WatchTable(session.out));
  }
  if (words.size() < 2 && what == "queues") {
    return Watch<admin::v1::AcceptQueues, admin::v1::WatchAcceptQueuesRequest>(
        session, &Stub::WatchAcceptQueues, QueueWatch(session.out));
  }
  if (words.size() < 2 && what == "errors") {
    return Watch<admin::v1::ParseErrors, admin::v1::WatchParseErrorsRequest>(
        session, &Stub::WatchParseErrors, ErrorWatch(session.out));
  }
  if (words.size() < 2 && what == "events") return FollowEvents(session);
  session.err << "weirctl: watch stats, queues, errors or events\n";
  return kExitUsage;
}

}  // namespace weir
