// weirctl limits shadow: values that refuse nothing.
#include <cstdint>
#include <ostream>

#include "absl/strings/str_format.h"
#include "weir/control/weirctl/limits_change.h"
#include "weir/control/weirctl/limits_view.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

// Of all reactors that work by the value.
admin::v1::ShadowCount SumOf(const admin::v1::Stats& stats, const std::string& name,
                             std::uint64_t value) {
  admin::v1::ShadowCount sum;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    const auto found = reactor.shadows().find(name);
    if (found == reactor.shadows().end() || found->second.value() != value) continue;
    sum.set_judged(sum.judged() + found->second.judged());
    sum.set_refused(sum.refused() + found->second.refused());
  }
  return sum;
}

std::string Share(const admin::v1::ShadowCount& count) {
  if (count.judged() == 0) return "-";
  return absl::StrFormat(
      "%.3f %%", 100 * static_cast<double>(count.refused()) / static_cast<double>(count.judged()));
}

void Print(const admin::v1::LimitsState& state, const admin::v1::Stats& stats, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LIMIT", "SHADOW", "IN FORCE", "UNIT", "JUDGED", "REFUSED", "SHARE"}};
  const admin::v1::Limits& shadows = state.shadow().limits();
  for (const LimitSpec& spec : LimitSpecs()) {
    if (!HasLimit(shadows, spec)) continue;
    const std::string name(spec.name);
    const admin::v1::ShadowCount count = SumOf(stats, name, LimitValue(shadows, spec));
    rows.push_back({name, LimitText(shadows, spec), LimitText(state.effective(), spec),
                    std::string(spec.unit), std::to_string(count.judged()),
                    std::to_string(count.refused()), Share(count)});
  }
  if (rows.size() == 1) {
    out << "no limit has a shadow: \"weirctl limits shadow set max_head_bytes=8KiB\" gives one\n";
    return;
  }
  PrintTable(rows, out);
}

int Get(const Session& session) {
  admin::v1::LimitsState state;
  grpc::Status status = FetchLimits(session, &state);
  if (!status.ok()) return Report(session, status);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::Stats stats;
  status = session.stub->GetStats(&context, {}, &stats);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(stats, session.out);
    return kExitOk;
  }
  Print(state, stats, session.out);
  PrintWarnings(state, session.out);
  return kExitOk;
}

int Update(const Session& session, admin::v1::UpdateLimitsRequest* request) {
  if (request->update_mask().paths().empty()) {
    session.err << "weirctl: name a limit: \"weirctl limits shadow set max_head_bytes=8KiB\"\n";
    return kExitUsage;
  }
  if (!session.line.listener.empty()) {
    session.err << "weirctl: a shadow is of the whole server: leave out --listener\n";
    return kExitUsage;
  }
  request->set_layer(admin::v1::LIMIT_LAYER_SHADOW);
  AddOptions(session.line, request);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState state;
  const grpc::Status status = session.stub->UpdateLimits(&context, *request, &state);
  if (!status.ok()) return Report(session, status);
  return ReportChange(session, state);
}

}  // namespace

int ShadowLimitsCommand(const Session& session, const std::vector<std::string>& words) {
  const std::string what = words.empty() ? "get" : words[0];
  if (what == "get" && words.size() < 2) return Get(session);
  admin::v1::UpdateLimitsRequest request;
  const std::vector<std::string> rest(words.empty() ? words.end() : words.begin() + 1, words.end());
  if (what == "set") {
    const int exit = AddAssignments(session, rest, &request);
    return exit == kExitOk ? Update(session, &request) : exit;
  }
  if (what == "unset") {
    const int exit = AddNames(session, rest, &request);
    return exit == kExitOk ? Update(session, &request) : exit;
  }
  session.err << "weirctl: limits shadow get, set or unset\n";
  return kExitUsage;
}

}  // namespace weir
