// weirctl limits get, set, unset, presets.
#include <google/protobuf/message.h>

#include <algorithm>
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

using Rows = std::vector<std::vector<std::string>>;

// `of` is a LimitsState, or a ListenerLimits.
template <typename Message>
void AddRow(const std::string& name, const LimitSpec& spec, const Message& of,
            const std::string& layer, Rows* rows) {
  rows->push_back({name, LimitText(of.requested(), spec), LimitText(of.effective(), spec),
                   std::string(spec.unit), FormatLimit(spec, spec.default_value),
                   spec.names != nullptr ? LimitRange(spec) : absl::StrCat(spec.min, "-", spec.max),
                   layer});
}

bool IsSetFor(const admin::v1::ListenerLimits& listener, const LimitSpec& spec) {
  return std::any_of(listener.layers().begin(), listener.layers().end(),
                     [&spec](const auto& layer) { return HasLimit(layer.limits(), spec); });
}

// Those of the listener, or those of the server and behind each what listeners have in its place.
void PrintLimits(const admin::v1::LimitsState& state, const admin::v1::ListenerLimits* listener,
                 const std::set<std::string>& names, std::ostream& out) {
  Rows rows = {{"LIMIT", "REQUESTED", "EFFECTIVE", "UNIT", "DEFAULT", "RANGE", "LAYER"}};
  for (const LimitSpec& spec : LimitSpecs()) {
    const std::string name(spec.name);
    if (!names.empty() && names.count(name) == 0) continue;
    if (listener == nullptr) AddRow(name, spec, state, LayerOf(state.layers(), spec), &rows);
    for (const admin::v1::ListenerLimits& it : state.listeners()) {
      const bool own = IsSetFor(it, spec);
      const bool wanted = listener == nullptr ? own : listener == &it && spec.per_listener;
      if (!wanted) continue;
      AddRow(NameFor(name, it.listener()), spec, it,
             LayerOf(own ? it.layers() : state.layers(), spec), &rows);
    }
  }
  PrintTable(rows, out);
}

// What a change does to the limits that it names; `before` and `after` as for AddRow.
template <typename Message>
void PrintChanges(const admin::v1::UpdateLimitsRequest& request, const Message& before,
                  const Message& after, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"LIMIT", "OLD -> NEW", "EFFECTIVE", "UNIT"}};
  const std::set<std::string> names(request.update_mask().paths().begin(),
                                    request.update_mask().paths().end());
  for (const std::string& name : names) {
    const LimitSpec& spec = *FindLimitSpec(name);
    rows.push_back({NameFor(name, request.listener()),
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
  const bool for_listener = !session.line.listener.empty();
  const bool looks = for_listener || !session.line.json;
  admin::v1::LimitsState before;
  grpc::Status status = looks ? FetchLimits(session, &before) : grpc::Status::OK;
  if (!status.ok()) return Report(session, status);
  const admin::v1::ListenerLimits* listener_before = nullptr;
  int exit = FindListener(session, before, &listener_before);
  if (exit != kExitOk) return exit;
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState after;
  status = session.stub->UpdateLimits(&context, *request, &after);
  if (!status.ok()) return Report(session, status);
  const admin::v1::ListenerLimits* listener_after = nullptr;
  exit = FindListener(session, after, &listener_after);
  if (exit != kExitOk) return exit;
  if (session.line.json) return ReportChange(session, after);
  if (for_listener) {
    PrintChanges(*request, *listener_before, *listener_after, session.out);
  } else {
    PrintChanges(*request, before, after, session.out);
  }
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

// With --listener that listener's alone.
template <typename Message>
void PrintAsJson(const Session& session, const std::set<std::string>& wanted, Message limits) {
  if (!wanted.empty()) {
    KeepOnly(wanted, limits.mutable_requested());
    KeepOnly(wanted, limits.mutable_effective());
  }
  PrintJson(limits, session.out);
}

// Gives the exit status, and says what is wrong if it is not kExitOk.
int CheckNames(const Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const LimitSpec* const spec = FindLimitSpec(name);
    if (spec == nullptr) {
      SayUnknownLimit(name, session.err);
      return kExitUsage;
    }
    if (session.line.listener.empty() || spec->per_listener) continue;
    session.err << "weirctl: " << name << " is of the whole server; a listener can have "
                << PerListenerNames() << "\n";
    return kExitUsage;
  }
  return kExitOk;
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
  int exit = CheckNames(session, names);
  if (exit != kExitOk) return exit;
  const std::set<std::string> wanted(names.begin(), names.end());
  admin::v1::LimitsState state;
  const grpc::Status status = FetchLimits(session, &state);
  if (!status.ok()) return Report(session, status);
  const admin::v1::ListenerLimits* listener = nullptr;
  exit = FindListener(session, state, &listener);
  if (exit != kExitOk) return exit;
  if (session.line.json) {
    if (listener != nullptr) {
      PrintAsJson(session, wanted, *listener);
    } else {
      PrintAsJson(session, wanted, state);
    }
    return kExitOk;
  }
  PrintLimits(state, listener, wanted, session.out);
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
