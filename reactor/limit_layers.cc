#include "weir/reactor/limit_layers.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace weir {
namespace {

constexpr std::string_view kNames[] = {"built_in", "code", "file", "fleet", "operator", "shadow"};
static_assert(std::size(kNames) == kLimitLayerCount);

bool IsOf(const LayerValue& value, const LimitSpec& spec, std::string_view listener) noexcept {
  return value.spec == &spec && value.listener == listener;
}

// What a temporary value covers.
LayerValue Lasting(const LayerValue& temporary) {
  return {temporary.spec, *temporary.covered, LayerValue::kNever, temporary.listener};
}

}  // namespace

std::string_view Name(LimitLayer layer) noexcept { return kNames[static_cast<std::size_t>(layer)]; }

std::optional<LimitLayer> FindLimitLayer(std::string_view name) noexcept {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<LimitLayer>(found - std::begin(kNames));
}

bool operator==(const LayerValue& a, const LayerValue& b) noexcept {
  return a.spec == b.spec && a.value == b.value && a.expires_ms == b.expires_ms &&
         a.listener == b.listener && a.covered == b.covered;
}

void LimitLayers::Set(LimitLayer layer, LayerValue value) {
  std::vector<LayerValue>& values = values_[static_cast<std::size_t>(layer)];
  // All specs are rows of one array, so their addresses are in its order.
  const auto place = std::lower_bound(
      values.begin(), values.end(), value, [](const LayerValue& a, const LayerValue& b) {
        return std::tie(a.spec, a.listener) < std::tie(b.spec, b.listener);
      });
  if (place == values.end() || !IsOf(*place, *value.spec, value.listener)) {
    values.insert(place, std::move(value));
    return;
  }
  value.covered.reset();
  if (!value.lasts()) value.covered = place->lasts() ? place->value : place->covered;
  *place = std::move(value);
}

void LimitLayers::Clear(LimitLayer layer, const LimitSpec& spec, std::string_view listener) {
  std::vector<LayerValue>& values = values_[static_cast<std::size_t>(layer)];
  values.erase(std::remove_if(values.begin(), values.end(),
                              [&](const LayerValue& value) { return IsOf(value, spec, listener); }),
               values.end());
}

void LimitLayers::Clear(LimitLayer layer) { values_[static_cast<std::size_t>(layer)].clear(); }

bool LimitLayers::DropExpired(std::int64_t now_ms) {
  if (NextExpiryMs() > now_ms) return false;
  const auto has_expired = [now_ms](const LayerValue& it) { return it.expires_ms <= now_ms; };
  for (std::vector<LayerValue>& values : values_) {
    for (LayerValue& it : values) {
      if (has_expired(it) && it.covered.has_value()) it = Lasting(it);
    }
    values.erase(std::remove_if(values.begin(), values.end(), has_expired), values.end());
  }
  return true;
}

const LayerValue* LimitLayers::Find(LimitLayer layer, const LimitSpec& spec,
                                    std::string_view listener) const noexcept {
  const std::vector<LayerValue>& all = values(layer);
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const LayerValue& value) { return IsOf(value, spec, listener); });
  return found == all.end() ? nullptr : &*found;
}

const LayerValue* LimitLayers::FindHighest(const LimitSpec& spec,
                                           std::string_view listener) const noexcept {
  for (std::size_t i = kDecidingLayerCount; i-- > 0;) {
    const LayerValue* const found = Find(static_cast<LimitLayer>(i), spec, listener);
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::int64_t LimitLayers::NextExpiryMs() const noexcept {
  std::int64_t next_ms = LayerValue::kNever;
  for (const std::vector<LayerValue>& values : values_) {
    for (const LayerValue& value : values) next_ms = std::min(next_ms, value.expires_ms);
  }
  return next_ms;
}

void LimitLayers::CopyTo(Limits* limits, std::string_view listener) const {
  for (std::size_t i = 0; i < kDecidingLayerCount; ++i) {
    for (const LayerValue& value : values_[i]) {
      if (value.listener == listener) limits->*value.spec->member = value.value;
    }
  }
}

Limits LimitLayers::Merge(std::string_view listener) const {
  Limits limits;
  CopyTo(&limits, {});
  if (!listener.empty()) CopyTo(&limits, listener);
  return limits;
}

LimitLayer LimitLayers::Origin(const LimitSpec& spec) const noexcept {
  for (std::size_t i = kDecidingLayerCount; i-- > 0;) {
    const auto layer = static_cast<LimitLayer>(i);
    if (Find(layer, spec) != nullptr) return layer;
  }
  return LimitLayer::kBuiltIn;
}

}  // namespace weir
