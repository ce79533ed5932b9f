#include "weir/control/limits_state.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/control/backlog_warnings.h"
#include "weir/control/limits_codec.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

// What the layer sets for the listener, or for the server if that is "".
admin::v1::LimitLayerState StateOf(const LimitsSnapshot& snapshot, LimitLayer layer,
                                   const std::string& listener, std::int64_t now_ms) {
  admin::v1::LimitLayerState state;
  for (const LayerValue& value : snapshot.layers.values(layer)) {
    if (value.listener != listener) continue;
    SetLimit(*value.spec, value.value, state.mutable_limits());
    if (value.lasts()) continue;
    if (value.covered.has_value()) SetLimit(*value.spec, *value.covered, state.mutable_covered());
    (*state.mutable_expires_in())[std::string(value.spec->name)] =
        TimeUtil::MillisecondsToDuration(std::max<std::int64_t>(value.expires_ms - now_ms, 0));
  }
  if (state.has_limits()) state.set_layer(ToProto(layer));
  return state;
}

// Those that decide and set anything.
template <typename Message>
void AddLayers(const LimitsSnapshot& snapshot, const std::string& listener, std::int64_t now_ms,
               Message* message) {
  for (std::size_t i = 0; i < kDecidingLayerCount; ++i) {
    auto layer = StateOf(snapshot, static_cast<LimitLayer>(i), listener, now_ms);
    if (layer.has_limits()) *message->add_layers() = std::move(layer);
  }
}

void FillListener(const Limits& requested, const Limits& effective,
                  admin::v1::ListenerLimits* message) {
  for (const LimitSpec& spec : LimitSpecs()) {
    if (!spec.per_listener) continue;
    SetLimit(spec, requested.*spec.member, message->mutable_requested());
    SetLimit(spec, effective.*spec.member, message->mutable_effective());
  }
}

}  // namespace

void FillLayers(const Server& server, const LimitsSnapshot& snapshot, const Limits& effective,
                const ServerStats& stats, admin::v1::LimitsState* state) {
  const auto now_ms = static_cast<std::int64_t>(stats.monotonic_ns / 1'000'000);
  AddLayers(snapshot, "", now_ms, state);
  auto shadow = StateOf(snapshot, LimitLayer::kShadow, "", now_ms);
  if (shadow.has_limits()) *state->mutable_shadow() = std::move(shadow);
  for (const ListenerInfo& it : server.listeners()) {
    admin::v1::ListenerLimits* const listener = state->add_listeners();
    listener->set_listener(it.name);
    const Limits own = snapshot.layers.Merge(it.name);
    // Of one without any, what the host is asked for is known.
    Limits acts_as = own == snapshot.limits ? effective : server.EffectiveLimits(own);
    acts_as.listen_backlog = EffectiveBacklog(stats, snapshot, it.name, acts_as.listen_backlog);
    FillListener(own, acts_as, listener);
    AddLayers(snapshot, it.name, now_ms, listener);
  }
}

void AddShadowWarnings(const LimitsSnapshot& snapshot, const Limits& effective,
                       admin::v1::LimitsState* state) {
  for (const LayerValue& it : snapshot.layers.values(LimitLayer::kShadow)) {
    const std::uint64_t acts = effective.*it.spec->member;
    if (it.value < acts) continue;
    const std::string name(it.spec->name);
    state->add_warnings(absl::StrCat("the shadow ", name, " = ", it.value,
                                     " counts nothing: what it would refuse, the limit in force, ",
                                     acts, ", refuses already; set a lower shadow"));
  }
}

void AddChanges(const LimitLayers& before, const LimitLayers& after,
                admin::v1::LimitsRevision* revision) {
  for (std::size_t i = 0; i < kLimitLayerCount; ++i) {
    const auto layer = static_cast<LimitLayer>(i);
    std::set<std::pair<const LimitSpec*, std::string>> set;  // in either
    for (const LayerValue& it : before.values(layer)) set.emplace(it.spec, it.listener);
    for (const LayerValue& it : after.values(layer)) set.emplace(it.spec, it.listener);
    for (const auto& [spec, listener] : set) {
      const LayerValue* const old_value = before.Find(layer, *spec, listener);
      const LayerValue* const new_value = after.Find(layer, *spec, listener);
      if (old_value != nullptr && new_value != nullptr && *old_value == *new_value) continue;
      admin::v1::LimitsRevisionChange* const change = revision->add_changes();
      change->set_name(std::string(spec->name));
      change->set_listener(listener);
      change->set_layer(ToProto(layer));
      if (old_value != nullptr) change->set_before(old_value->value);
      if (new_value != nullptr) change->set_after(new_value->value);
    }
  }
}

}  // namespace weir
