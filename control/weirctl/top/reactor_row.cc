#include "weir/control/weirctl/top/reactor_row.h"

#include <google/protobuf/util/time_util.h>

#include "weir/control/weirctl/quantiles.h"
#include "weir/control/weirctl/queue_table.h"
#include "weir/control/weirctl/reactor_sum.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

std::uint64_t ErrorsOf(const admin::v1::ReactorStats& reactor) {
  return reactor.responses_4xx() + reactor.responses_5xx();
}

Buckets WaitsOf(const admin::v1::ReactorStats& reactor) {
  Buckets buckets;
  const auto found = reactor.timings().find("accept_queue_wait");
  if (found != reactor.timings().end()) AddTo(found->second, &buckets);
  return buckets;
}

// The samples that came between.
void SetWaits(const admin::v1::ReactorStats& before, const admin::v1::ReactorStats& now,
              ReactorRow* row) {
  const Buckets then = WaitsOf(before);
  Buckets between;
  for (const auto& [end_ns, count] : WaitsOf(now)) {
    const auto found = then.find(end_ns);
    const std::uint64_t had = found == then.end() ? 0 : found->second;
    if (count > had) between[end_ns] = count - had;
  }
  if (between.empty()) return;
  row->wait_p50_ns = Quantile(between, 0.5);
  row->wait_p99_ns = Quantile(between, 0.99);
}

ReactorRow RowOf(std::string name, const admin::v1::ReactorStats& now) {
  const admin::v1::AcceptQueue queue = SumOfQueues(now);
  ReactorRow row;
  row.name = std::move(name);
  row.depth = queue.depth();
  row.limit = queue.backlog_effective();
  row.recent_high = queue.depth_max_window();
  row.high = queue.depth_max();
  row.connections = now.connections_active();
  return row;
}

void SetRates(const admin::v1::ReactorStats& before, const admin::v1::ReactorStats& now,
              double seconds, ReactorRow* row) {
  const auto rate = [seconds](std::uint64_t then, std::uint64_t count) {
    return count < then ? 0 : static_cast<double>(count - then) / seconds;
  };
  row->requests_per_second = rate(before.requests(), now.requests());
  row->accepts_per_second = rate(before.connections_accepted(), now.connections_accepted());
  row->errors_per_second = rate(ErrorsOf(before), ErrorsOf(now));
  row->refused_per_second = rate(RefusedOf(before), RefusedOf(now));
  SetWaits(before, now, row);
}

const admin::v1::ReactorStats* Find(const admin::v1::Stats& stats, std::uint32_t reactor) {
  for (const admin::v1::ReactorStats& it : stats.reactors()) {
    if (it.reactor() == reactor) return &it;
  }
  return nullptr;
}

}  // namespace

std::uint64_t RefusedOf(const admin::v1::ReactorStats& reactor) {
  std::uint64_t sum = 0;
  for (const auto& reason : reactor.connections_refused()) sum += reason.second;
  return sum;
}

std::optional<double> SecondsBetween(const admin::v1::Stats* before, const admin::v1::Stats& now) {
  if (before == nullptr || before->boot_id() != now.boot_id()) return {};
  const auto ns = TimeUtil::DurationToNanoseconds(now.monotonic_time() - before->monotonic_time());
  if (ns <= 0) return {};
  return static_cast<double>(ns) / 1e9;
}

std::vector<ReactorRow> ReactorRows(const admin::v1::Stats* before, const admin::v1::Stats& now) {
  std::vector<ReactorRow> rows;
  const std::optional<double> seconds = SecondsBetween(before, now);
  if (now.reactors_size() > 1) {
    const admin::v1::ReactorStats sum = SumOfReactors(now);
    rows.push_back(RowOf("all", sum));
    if (seconds) SetRates(SumOfReactors(*before), sum, *seconds, &rows.back());
  }
  for (const admin::v1::ReactorStats& reactor : now.reactors()) {
    rows.push_back(RowOf(std::to_string(reactor.reactor()), reactor));
    const admin::v1::ReactorStats* const then =
        seconds ? Find(*before, reactor.reactor()) : nullptr;
    if (then != nullptr) SetRates(*then, reactor, *seconds, &rows.back());
  }
  return rows;
}

}  // namespace weir
