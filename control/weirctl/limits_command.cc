// weirctl limits get, weirctl limits set.
#include <google/protobuf/message.h>

#include <optional>
#include <ostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "weir/control/weirctl/nearest.h"
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
  session.err << "weirctl: \"" << name << "\" is not a limit; did you mean "
              << absl::StrJoin(NearestLimits(name), " or ")
              << "? \"weirctl limits get\" lists all\n";
}

std::optional<std::uint64_t> ParseValue(const LimitSpec& spec, const std::string& text) {
  if (spec.unit == "bytes") return ParseBytes(text);
  if (spec.unit == "ms") return ParseMs(text);
  return ParseNumber(text);
}

// Adds "name=value" to the request and gives kExitOk; says what is wrong otherwise.
int AddAssignment(const Session& session, const std::string& text,
                  admin::v1::UpdateLimitsRequest* request) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    session.err << "weirctl: write \"" << text << "\" as name=value\n";
    return kExitUsage;
  }
  const LimitSpec* const spec = FindLimitSpec(text.substr(0, equals));
  if (spec == nullptr) {
    SayUnknown(session, text.substr(0, equals));
    return kExitUsage;
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
    return kExitRefused;
  }
  SetValue(*spec, *value, request);
  return kExitOk;
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

// What a change does to the limits that it names.
void PrintChanges(const admin::v1::UpdateLimitsRequest& request,
                  const admin::v1::LimitsState& before, const admin::v1::LimitsState& after,
                  std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"LIMIT", "OLD -> NEW", "EFFECTIVE", "UNIT"}};
  const std::set<std::string> names(request.update_mask().paths().begin(),
                                    request.update_mask().paths().end());
  for (const std::string& name : names) {
    const LimitSpec& spec = *FindLimitSpec(name);
    rows.push_back(
        {name,
         absl::StrCat(ValueOf(before.requested(), spec), " -> ", ValueOf(after.requested(), spec)),
         std::to_string(ValueOf(after.effective(), spec)), std::string(spec.unit)});
  }
  PrintTable(rows, out);
}

grpc::Status FetchLimits(const Session& session, admin::v1::LimitsState* state) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  return session.stub->GetLimits(&context, {}, state);
}

// The values before the change are only for show, so another change between the two calls is no
// error; --etag makes it one.
int Update(const Session& session, const admin::v1::UpdateLimitsRequest& request) {
  admin::v1::LimitsState before;
  grpc::Status status = session.line.json ? grpc::Status::OK : FetchLimits(session, &before);
  if (!status.ok()) return Report(session, status);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState after;
  status = session.stub->UpdateLimits(&context, request, &after);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(after, session.out);
    return kExitOk;
  }
  PrintChanges(request, before, after, session.out);
  PrintWarnings(after, session.out);
  if (session.line.validate_only) {
    session.out << "valid; nothing was changed\n";
  } else {
    PrintApplied(after, session.out);
  }
  return kExitOk;
}

// Removes all values but those of the names.
void KeepOnly(const std::set<std::string>& names, admin::v1::Limits* limits) {
  for (const LimitSpec& spec : LimitSpecs()) {
    const std::string name(spec.name);
    if (names.count(name) != 0) continue;
    limits->GetReflection()->ClearField(limits, limits->GetDescriptor()->FindFieldByName(name));
  }
}

}  // namespace

int GetLimitsCommand(const Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (FindLimitSpec(name) != nullptr) continue;
    SayUnknown(session, name);
    return kExitUsage;
  }
  const std::set<std::string> wanted(names.begin(), names.end());
  admin::v1::LimitsState state;
  const grpc::Status status = FetchLimits(session, &state);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    if (!wanted.empty()) {
      KeepOnly(wanted, state.mutable_requested());
      KeepOnly(wanted, state.mutable_effective());
    }
    PrintJson(state, session.out);
    return kExitOk;
  }
  PrintLimits(state, wanted, session.out);
  PrintWarnings(state, session.out);
  PrintApplied(state, session.out);
  session.out << "etag " << state.etag() << "\n";
  return kExitOk;
}

int SetLimitsCommand(const Session& session, const std::vector<std::string>& assignments) {
  admin::v1::UpdateLimitsRequest request;
  for (const std::string& assignment : assignments) {
    if (const int exit = AddAssignment(session, assignment, &request); exit != kExitOk) return exit;
  }
  if (assignments.empty()) {
    session.err << "weirctl: name a limit: \"weirctl limits set max_head_bytes=32KiB\"\n";
    return kExitUsage;
  }
  request.set_etag(session.line.etag);
  request.set_validate_only(session.line.validate_only);
  return Update(session, request);
}

}  // namespace weir
