#include "weir/control/weirctl/limits_view.h"

#include <google/protobuf/message.h>

#include <ostream>

#include "absl/strings/str_cat.h"
#include "weir/reactor/limit_layers.h"

namespace weir {

grpc::Status FetchLimits(const Session& session, admin::v1::LimitsState* state) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  return session.stub->GetLimits(&context, {}, state);
}

bool HasLimit(const admin::v1::Limits& limits, const LimitSpec& spec) {
  const auto* const field = limits.GetDescriptor()->FindFieldByName(std::string(spec.name));
  return limits.GetReflection()->HasField(limits, field);
}

std::string LimitText(const admin::v1::Limits& limits, const LimitSpec& spec) {
  return FormatLimit(spec, LimitValue(limits, spec));
}

std::string NameOf(admin::v1::LimitLayer layer) {
  const int index = static_cast<int>(layer) - 1;
  if (index < 0 || index >= static_cast<int>(kLimitLayerCount)) return "?";
  return std::string(Name(static_cast<LimitLayer>(index)));
}

// A server that knows of no limits of listeners would take a change of one for a change of all.
int FindListener(const Session& session, const admin::v1::LimitsState& state,
                 const admin::v1::ListenerLimits** listener) {
  const std::string& name = session.line.listener;
  if (name.empty()) return kExitOk;
  std::string names;
  for (const admin::v1::ListenerLimits& it : state.listeners()) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", it.listener());
    if (it.listener() == name) *listener = &it;
  }
  if (*listener != nullptr) return kExitOk;
  session.err << "weirctl: no listener \"" << name << "\" to have limits of its own; "
              << (names.empty() ? "this server is too old for that" : "there are " + names) << "\n";
  return kExitRefused;
}

std::string NameFor(std::string_view limit, const std::string& listener) {
  return absl::StrCat(std::string(limit), listener.empty() ? "" : "@", listener);
}

std::string LayerOf(const LimitLayerStates& layers, const LimitSpec& spec) {
  admin::v1::LimitLayer highest = admin::v1::LIMIT_LAYER_BUILT_IN;
  for (const admin::v1::LimitLayerState& layer : layers) {
    if (HasLimit(layer.limits(), spec)) highest = layer.layer();
  }
  return NameOf(highest);
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

int ReportChange(const Session& session, const admin::v1::LimitsState& state) {
  if (session.line.json) {
    PrintJson(state, session.out);
    return kExitOk;
  }
  PrintWarnings(state, session.out);
  if (session.line.validate_only) {
    session.out << "valid; nothing was changed\n";
  } else {
    PrintApplied(state, session.out);
  }
  return kExitOk;
}

}  // namespace weir
