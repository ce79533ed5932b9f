// weirctl limits get, set, unset, presets.
#include <google/protobuf/message.h>

#include <ostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/json_struct.h"
#include "weir/control/weirctl/limit_assignment.h"
#include "weir/control/weirctl/limits_change.h"
#include "weir/control/weirctl/limits_view.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/limit_presets.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

void PrintLimits(const admin::v1::LimitsState& state, const std::set<std::string>& names,
                 std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LIMIT", "REQUESTED", "EFFECTIVE", "UNIT", "DEFAULT", "RANGE", "LAYER"}};
  for (const LimitSpec& spec : LimitSpecs()) {
    if (!names.empty() && names.count(std::string(spec.name)) == 0) continue;
    rows.push_back(
        {std::string(spec.name), LimitText(state.requested(), spec),
         LimitText(state.effective(), spec), std::string(spec.unit),
         FormatLimit(spec, spec.default_value),
         spec.names != nullptr ? LimitRange(spec) : absl::StrCat(spec.min, "-", spec.max),
         LayerOf(state, spec)});
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
    rows.push_back({name,
                    absl::StrCat(LimitText(before.requested(), spec), " -> ",
                                 LimitText(after.requested(), spec)),
                    LimitText(after.effective(), spec), std::string(spec.unit)});
  }
  PrintTable(rows, out);
}

// The values before the change are only for show, so another change between the two calls is no
// error; --etag makes it one.
int Update(const Session& session, admin::v1::UpdateLimitsRequest* request) {
  AddOptions(session.line, request);
  admin::v1::LimitsState before;
  grpc::Status status = session.line.json ? grpc::Status::OK : FetchLimits(session, &before);
  if (!status.ok()) return Report(session, status);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState after;
  status = session.stub->UpdateLimits(&context, *request, &after);
  if (!status.ok()) return Report(session, status);
  if (!session.line.json) PrintChanges(*request, before, after, session.out);
  return ReportChange(session, after);
}

// Removes all values but those of the names.
void KeepOnly(const std::set<std::string>& names, admin::v1::Limits* limits) {
  for (const LimitSpec& spec : LimitSpecs()) {
    const std::string name(spec.name);
    if (names.count(name) != 0) continue;
    limits->GetReflection()->ClearField(limits, limits->GetDescriptor()->FindFieldByName(name));
  }
}

void PrintPresetsAsJson(std::ostream& out) {
  for (const LimitPreset& preset : LimitPresets()) {
    google::protobuf::Struct object;
    SetText(&object, "preset", preset.name);
    auto* const limits = (*object.mutable_fields())["limits"].mutable_struct_value();
    for (const LimitSpec& spec : LimitSpecs()) {
      SetNumber(limits, spec.name, preset.limits.*spec.member);
    }
    PrintJson(object, out);
  }
}

}  // namespace

int GetLimitsCommand(const Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (FindLimitSpec(name) != nullptr) continue;
    SayUnknownLimit(name, session.err);
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
  if (const std::string& name = session.line.preset; !name.empty()) {
    const LimitPreset* preset = nullptr;
    if (const int exit = FindPreset(name, session.err, &preset); exit != kExitOk) return exit;
    for (const LimitSpec& spec : LimitSpecs()) {
      SetValue(spec, preset->limits.*spec.member, &request);
    }
  }
  if (const int exit = AddAssignments(session, assignments, &request); exit != kExitOk) return exit;
  if (request.update_mask().paths().empty()) {
    session.err << "weirctl: name a limit: \"weirctl limits set max_head_bytes=32KiB\"\n";
    return kExitUsage;
  }
  return Update(session, &request);
}

int UnsetLimitsCommand(const Session& session, const std::vector<std::string>& names) {
  admin::v1::UpdateLimitsRequest request;
  if (const int exit = AddNames(session, names, &request); exit != kExitOk) return exit;
  if (names.empty()) {
    session.err << "weirctl: name a limit: \"weirctl limits unset max_head_bytes\"\n";
    return kExitUsage;
  }
  return Update(session, &request);
}

int PresetsCommand(const Session& session, const std::vector<std::string>&) {
  if (session.line.json) {
    PrintPresetsAsJson(session.out);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows = {{"LIMIT"}};
  for (const LimitPreset& preset : LimitPresets()) rows[0].push_back(std::string(preset.name));
  for (const LimitSpec& spec : LimitSpecs()) {
    rows.push_back({std::string(spec.name)});
    for (const LimitPreset& preset : LimitPresets()) {
      rows.back().push_back(FormatLimit(spec, preset.limits.*spec.member));
    }
    rows.back().push_back(std::string(spec.unit));
  }
  rows[0].push_back("UNIT");
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
