#include "weir/reactor/limit_layers.h"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

constexpr std::string_view kNames[] = {"built_in", "code", "file", "fleet", "operator", "shadow"};
static_assert(std::size(kNames) == kLimitLayerCount);

}  // namespace

std::string_view Name(LimitLayer layer) noexcept { return kNames[static_cast<std::size_t>(layer)]; }

std::optional<LimitLayer> FindLimitLayer(std::string_view name) noexcept {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<LimitLayer>(found - std::begin(kNames));
}

bool operator==(const LayerValue& a, const LayerValue& b) noexcept {
  return a.spec == b.spec && a.value == b.value && a.expires_ms == b.expires_ms;
}

void LimitLayers::Set(LimitLayer layer, const LayerValue& value) {
  std::vector<LayerValue>& values = values_[static_cast<std::size_t>(layer)];
  // All specs are rows of one array, so their addresses are in its order.
  const auto place =
      std::lower_bound(values.begin(), values.end(), value,
                       [](const LayerValue& a, const LayerValue& b) { return a.spec < b.spec; });
  if (place != values.end() && place->spec == value.spec) {
    *place = value;
  } else {
    values.insert(place, value);
  }
}

void LimitLayers::Clear(LimitLayer layer, const LimitSpec& spec) {
  std::vector<LayerValue>& values = values_[static_cast<std::size_t>(layer)];
  values.erase(std::remove_if(values.begin(), values.end(),
                              [&spec](const LayerValue& value) { return value.spec == &spec; }),
               values.end());
}

void LimitLayers::Clear(LimitLayer layer) { values_[static_cast<std::size_t>(layer)].clear(); }

bool LimitLayers::DropExpired(std::int64_t now_ms) {
  if (NextExpiryMs() > now_ms) return false;
  for (std::vector<LayerValue>& values : values_) {
    values.erase(
        std::remove_if(values.begin(), values.end(),
                       [now_ms](const LayerValue& value) { return value.expires_ms <= now_ms; }),
        values.end());
  }
  return true;
}

const LayerValue* LimitLayers::Find(LimitLayer layer, const LimitSpec& spec) const noexcept {
  const std::vector<LayerValue>& all = values(layer);
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&spec](const LayerValue& value) { return value.spec == &spec; });
  return found == all.end() ? nullptr : &*found;
}

std::int64_t LimitLayers::NextExpiryMs() const noexcept {
  std::int64_t next_ms = LayerValue::kNever;
  for (const std::vector<LayerValue>& values : values_) {
    for (const LayerValue& value : values) next_ms = std::min(next_ms, value.expires_ms);
  }
  return next_ms;
}

Limits LimitLayers::Merge() const {
  Limits limits;
  for (std::size_t i = 0; i < kDecidingLayerCount; ++i) {
    for (const LayerValue& value : values_[i]) limits.*value.spec->member = value.value;
  }
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
