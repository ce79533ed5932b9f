// weirctl stats.
#include <algorithm>
#include <map>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/weirctl/histogram_table.h"
#include "weir/control/weirctl/kernel_table.h"
#include "weir/control/weirctl/queue_table.h"
#include "weir/control/weirctl/reactor_sum.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

using Counts = google::protobuf::Map<std::string, google::protobuf::uint64>;

void AddTo(const Counts& counts, std::map<std::string, std::uint64_t>* sums) {
  for (const auto& [name, count] : counts) (*sums)[name] += count;
}

void PrintSums(const char* title, const std::map<std::string, std::uint64_t>& sums,
               std::ostream& out) {
  if (sums.empty()) return;
  out << "\n";
  std::vector<std::vector<std::string>> rows = {{title, "COUNT"}};
  for (const auto& [name, count] : sums) rows.push_back({name, std::to_string(count)});
  PrintTable(rows, out);
}

std::vector<std::string> Row(const admin::v1::ReactorStats& reactor) {
  const admin::v1::AcceptQueue queue = SumOfQueues(reactor);
  return {std::to_string(reactor.reactor()),
          absl::StrCat(queue.depth(), "/", queue.backlog_effective()),
          std::to_string(reactor.connections_accepted()),
          std::to_string(reactor.connections_active()),
          std::to_string(reactor.requests()),
          absl::StrCat(reactor.responses_2xx(), "/", reactor.responses_3xx(), "/",
                       reactor.responses_4xx(), "/", reactor.responses_5xx()),
          std::to_string(reactor.applied_limits_version())};
}

// The sums of all reactors.
std::vector<std::string> TotalRow(const admin::v1::Stats& stats) {
  const admin::v1::ReactorStats sum = SumOfReactors(stats);
  std::vector<std::string> row = Row(sum);
  row.front() = "all";
  row[1] = std::to_string(sum.accept_queue().depth());
  row.back() = std::to_string(stats.limits_version());
  return row;
}

// "127.0.0.1:80", or with several: "public 127.0.0.1:80, health 127.0.0.1:81".
std::string Listeners(const admin::v1::Stats& stats) {
  if (stats.listeners_size() < 2) return stats.address();
  std::string text;
  for (const admin::v1::ListenerInfo& it : stats.listeners()) {
    const std::string name = it.name() == it.address() ? "" : absl::StrCat(it.name(), " ");
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, it.address());
  }
  return text;
}

// How evenly connections came to the reactors: the most of one by the mean.
void PrintSpread(const admin::v1::Stats& stats, std::ostream& out) {
  std::uint64_t sum = 0;
  std::uint64_t most = 0;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    sum += reactor.connections_accepted();
    most = std::max<std::uint64_t>(most, reactor.connections_accepted());
  }
  if (stats.reactors_size() < 2 || sum == 0) return;
  const double mean = static_cast<double>(sum) / stats.reactors_size();
  out << absl::StrFormat("accepted by one reactor at most / on average: %.2f\n",
                         static_cast<double>(most) / mean);
  if (stats.steering_failures() == 0) return;
  out << "changes of the distribution that the kernel refused: " << stats.steering_failures()
      << "\n";
}

void PrintStats(const admin::v1::Stats& stats, std::ostream& out) {
  out << Listeners(stats) << ", up " << stats.uptime().seconds() << " s, limits version "
      << stats.limits_version() << (stats.draining() ? ", DRAINING" : "") << "\n\n";
  std::vector<std::vector<std::string>> rows = {
      {"REACTOR", "QUEUE", "ACCEPTED", "ACTIVE", "REQUESTS", "2XX/3XX/4XX/5XX", "LIMITS"}};
  std::map<std::string, std::uint64_t> errors;
  std::map<std::string, std::uint64_t> proxy_errors;
  std::map<std::string, std::uint64_t> refused;
  std::map<std::string, std::uint64_t> closed;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    rows.push_back(Row(reactor));
    AddTo(reactor.parse_errors(), &errors);
    AddTo(reactor.proxy_errors(), &proxy_errors);
    AddTo(reactor.connections_refused(), &refused);
    AddTo(reactor.connections_closed(), &closed);
  }
  rows.push_back(TotalRow(stats));
  PrintTable(rows, out);
  PrintSpread(stats, out);
  out << "\n";
  PrintTable(QueueRows(stats), out);
  for (const auto& table : {ListenerRows(stats), SynQueueRows(stats.kernel()),
                            NetnsRows(stats.kernel()), TimingRows(stats), SizeRows(stats)}) {
    if (table.size() < 2) continue;
    out << "\n";
    PrintTable(table, out);
  }
  PrintSums("PARSE ERROR", errors, out);
  PrintSums("PROXY ERROR", proxy_errors, out);
  PrintSums("REFUSED FOR", refused, out);
  PrintSums("CLOSED FOR", closed, out);
  if (!stats.warnings().empty()) out << "\n";
  for (const std::string& warning : stats.warnings()) out << "warning: " << warning << "\n";
}

}  // namespace

int StatsCommand(const Session& session, const std::vector<std::string>&) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::Stats stats;
  const grpc::Status status = session.stub->GetStats(&context, {}, &stats);
  if (!status.ok()) return Report(session, status);
  session.line.json ? PrintJson(stats, session.out) : PrintStats(stats, session.out);
  return kExitOk;
}

}  // namespace weir
