// Where the value of a limit comes from: layers, of which the highest that sets a limit decides,
// for the whole server or for one of its listeners.

#ifndef WEIR_REACTOR_LIMIT_LAYERS_H_
#define WEIR_REACTOR_LIMIT_LAYERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/reactor/limit_specs.h"
#include "weir/reactor/limits.h"

namespace weir {

// From the lowest to the highest. Taking a value out of a layer reverts the limit to the layer
// below: nobody has to remember what it was.
enum class LimitLayer : std::uint8_t {
  kBuiltIn,   // the defaults of limit_specs; nothing sets it
  kCode,      // ServerOptions, ListenerOptions, and the service's own calls of LimitsStore
  kFile,      // a file that is watched for changes
  kFleet,     // what manages many servers at once
  kOperator,  // a person, by the admin service
  kShadow,    // decides nothing: shadow_limits.h
};
inline constexpr std::size_t kLimitLayerCount = static_cast<std::size_t>(LimitLayer::kShadow) + 1;
// Those that decide: all below the shadow.
inline constexpr std::size_t kDecidingLayerCount = static_cast<std::size_t>(LimitLayer::kShadow);

// "built_in", "code", "file", "fleet", "operator", "shadow". Any thread.
std::string_view Name(LimitLayer layer) noexcept;
// The layer of that name.
std::optional<LimitLayer> FindLimitLayer(std::string_view name) noexcept;

// One limit in one layer. What is set for a listener stands above all that is set for the server,
// whatever the layers; among what is set for it the highest layer decides.
struct LayerValue {
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  const LimitSpec* spec = nullptr;
  std::uint64_t value = 0;
  std::int64_t expires_ms = kNever;  // CLOCK_MONOTONIC at which it reverts, in ms
  std::string listener = {};         // ListenerInfo::name; "": the whole server
  // Of a temporary value: the lasting one of the same layer that it covers, which comes back. Kept
  // by LimitLayers::Set.
  std::optional<std::uint64_t> covered = {};

  bool lasts() const noexcept { return expires_ms == kNever; }
};

bool operator==(const LayerValue& a, const LayerValue& b) noexcept;

// A value type: the contents of all layers. A `listener` is the name of one, or "" for what is set
// for the whole server.
class LimitLayers {
 public:
  // Sets a limit in a layer, or changes it there. A temporary value covers the lasting one that is
  // there, and whatever that covers. REQUIRES: `layer` is not kBuiltIn.
  void Set(LimitLayer layer, LayerValue value);
  // Takes it out of the layer; without effect if it is not there.
  void Clear(LimitLayer layer, const LimitSpec& spec, std::string_view listener = {});
  // Empties the layer.
  void Clear(LimitLayer layer);
  // Takes out what has expired by `now_ms`, and brings back what that covered. Whether there was
  // anything.
  bool DropExpired(std::int64_t now_ms);

  // The values of a layer, in the order of limit_specs, then of the listeners' names. Valid until
  // the next change.
  const std::vector<LayerValue>& values(LimitLayer layer) const noexcept {
    return values_[static_cast<std::size_t>(layer)];
  }
  // The layer's value of that limit, or null. Valid until the next change.
  const LayerValue* Find(LimitLayer layer, const LimitSpec& spec,
                         std::string_view listener = {}) const noexcept;
  // The value of the highest layer that decides and sets the limit, or null. Valid until the next
  // change.
  const LayerValue* FindHighest(const LimitSpec& spec,
                                std::string_view listener = {}) const noexcept;
  // When the next value expires, or LayerValue::kNever.
  std::int64_t NextExpiryMs() const noexcept;

  // What the layers come to: for the server, or for a listener, which has the server's limits but
  // for what is set for it.
  Limits Merge(std::string_view listener = {}) const;
  // The layer that the limit's value in Merge() comes from; kBuiltIn if none sets it.
  LimitLayer Origin(const LimitSpec& spec) const noexcept;

  friend bool operator==(const LimitLayers& a, const LimitLayers& b) noexcept {
    return a.values_ == b.values_;
  }

 private:
  void CopyTo(Limits* limits, std::string_view listener) const;

  std::array<std::vector<LayerValue>, kLimitLayerCount> values_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LIMIT_LAYERS_H_
