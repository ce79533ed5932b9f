// What the commands about limits show alike.

#ifndef WEIR_CONTROL_WEIRCTL_LIMITS_VIEW_H_
#define WEIR_CONTROL_WEIRCTL_LIMITS_VIEW_H_

#include <iosfwd>
#include <string>
#include <string_view>

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

grpc::Status FetchLimits(const Session& session, admin::v1::LimitsState* state);

// What `state` has of the listener that --listener names, or null if it names none. Gives kExitOk,
// or says on session.err which there are and gives the exit status.
int FindListener(const Session& session, const admin::v1::LimitsState& state,
                 const admin::v1::ListenerLimits** listener);
// "listen_backlog@health", or "listen_backlog" if `listener` is "".
std::string NameFor(std::string_view limit, const std::string& listener);

using LimitLayerStates = google::protobuf::RepeatedPtrField<admin::v1::LimitLayerState>;
// "operator", as limit_layers.h names the layer that decides the limit; "built_in" if none does.
std::string LayerOf(const LimitLayerStates& layers, const LimitSpec& spec);
// "operator" for LIMIT_LAYER_OPERATOR.
std::string NameOf(admin::v1::LimitLayer layer);
// Whether the message sets the limit.
bool HasLimit(const admin::v1::Limits& limits, const LimitSpec& spec);

// The limit's value in the message, as FormatLimit writes it.
std::string LimitText(const admin::v1::Limits& limits, const LimitSpec& spec);

// A line for each warning.
void PrintWarnings(const admin::v1::LimitsState& state, std::ostream& out);
// The version, and which reactors work by it.
void PrintApplied(const admin::v1::LimitsState& state, std::ostream& out);
// What a change has come to: as JSON, or its warnings and what it is applied by. Gives kExitOk.
int ReportChange(const Session& session, const admin::v1::LimitsState& state);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_LIMITS_VIEW_H_
