// weirctl limits get, weirctl limits set.
#include <google/protobuf/message.h>

#include <optional>
#include <ostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::uint64_t ValueOf(const admin::v1::Limits& limits, const LimitSpec& spec) {
  const auto* const field = limits.GetDescriptor()->FindFieldByName(std::string(spec.name));
  return limits.GetReflection()->GetUInt64(limits, field);
}

void SetValue(const LimitSpec& spec, std::uint64_t value, admin::v1::UpdateLimitsRequest* request) {
  admin::v1::Limits* const limits = request->mutable_limits();
  const auto* const field = limits->GetDescriptor()->FindFieldByName(std::string(spec.name));
  limits->GetReflection()->SetUInt64(limits, field, value);
  request->mutable_update_mask()->add_paths(std::string(spec.name));
}

void SayUnknown(const Session& session, const std::string& name) {
  session.err << "weirctl: \"" << name << "\" is not a limit; limits are "
              << absl::StrJoin(LimitSpecs(), ", ",
                               [](std::string* out, const LimitSpec& spec) {
                                 absl::StrAppend(out, std::string(spec.name));
                               })
              << "\n";
}

std::optional<std::uint64_t> ParseValue(const LimitSpec& spec, const std::string& text) {
  if (spec.unit == "bytes") return ParseBytes(text);
  if (spec.unit == "ms") return ParseMs(text);
  return ParseNumber(text);
}

// Adds "name=value" to the request; says what is wrong otherwise.
bool AddAssignment(const Session& session, const std::string& text,
                   admin::v1::UpdateLimitsRequest* request) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    session.err << "weirctl: write \"" << text << "\" as name=value\n";
    return false;
  }
  const LimitSpec* const spec = FindLimitSpec(text.substr(0, equals));
  if (spec == nullptr) {
    SayUnknown(session, text.substr(0, equals));
    return false;
  }
  const std::string value_text = text.substr(equals + 1);
  const auto value = ParseValue(*spec, value_text);
  if (!value) {
    session.err << "weirctl: " << spec->name << "=" << value_text << " is not a number of "
                << spec->unit << "; allowed are " << spec->min << " to " << spec->max
                << (spec->unit == "bytes" ? ", also as 16KiB or 1MiB"
                    : spec->unit == "ms"  ? ", also as 10s or 1m"
                                          : "")
                << "\n";
    return false;
  }
  SetValue(*spec, *value, request);
  return true;
}

void PrintWarnings(const admin::v1::LimitsState& state, std::ostream& out) {
  for (const std::string& warning : state.warnings()) out << "warning: " << warning << "\n";
}

void PrintApplied(const admin::v1::LimitsState& state, std::ostream& out) {
  out << "version " << state.version() << ", ";
  if (state.applied_by_all()) {
    out << "applied by all " << state.reactors_size() << " reactors\n";
    return;
  }
  out << "NOT applied yet by reactor";
  for (const admin::v1::ReactorLimits& reactor : state.reactors()) {
    if (reactor.applied_version() < state.version()) out << " " << reactor.reactor();
  }
  out << ", which has not turned since: see \"weirctl stats\"\n";
}

void PrintLimits(const admin::v1::LimitsState& state, const std::set<std::string>& names,
                 std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LIMIT", "REQUESTED", "EFFECTIVE", "UNIT", "DEFAULT", "RANGE"}};
  for (const LimitSpec& spec : LimitSpecs()) {
    if (!names.empty() && names.count(std::string(spec.name)) == 0) continue;
    rows.push_back({std::string(spec.name), std::to_string(ValueOf(state.requested(), spec)),
                    std::to_string(ValueOf(state.effective(), spec)), std::string(spec.unit),
                    std::to_string(spec.default_value), absl::StrCat(spec.min, "-", spec.max)});
  }
  PrintTable(rows, out);
}

}  // namespace

int GetLimitsCommand(const Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (FindLimitSpec(name) != nullptr) continue;
    SayUnknown(session, name);
    return kExitUsage;
  }
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState state;
  const grpc::Status status = session.stub->GetLimits(&context, {}, &state);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(state, session.out);
    return kExitOk;
  }
  PrintLimits(state, {names.begin(), names.end()}, session.out);
  PrintWarnings(state, session.out);
  PrintApplied(state, session.out);
  return kExitOk;
}

int SetLimitsCommand(const Session& session, const std::vector<std::string>& assignments) {
  admin::v1::UpdateLimitsRequest request;
  for (const std::string& assignment : assignments) {
    if (!AddAssignment(session, assignment, &request)) return kExitUsage;
  }
  if (assignments.empty()) {
    session.err << "weirctl: name a limit: \"weirctl limits set max_head_bytes=32KiB\"\n";
    return kExitUsage;
  }
  request.set_etag(session.line.etag);
  request.set_validate_only(session.line.validate_only);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState state;
  const grpc::Status status = session.stub->UpdateLimits(&context, request, &state);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(state, session.out);
    return kExitOk;
  }
  const auto& paths = request.update_mask().paths();
  PrintLimits(state, {paths.begin(), paths.end()}, session.out);
  PrintWarnings(state, session.out);
  if (session.line.validate_only) {
    session.out << "valid; nothing was changed\n";
  } else {
    PrintApplied(state, session.out);
  }
  return kExitOk;
}

}  // namespace weir
