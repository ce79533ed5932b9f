// Values of limits that refuse nothing: a server counts what they would have refused.

#ifndef WEIR_REACTOR_SHADOW_LIMITS_H_
#define WEIR_REACTOR_SHADOW_LIMITS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "weir/reactor/limit_layers.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

// The limits that can have a shadow: those of which each request can be judged for itself, and
// exactly, while it is served as if there were none. What is refused by the limit in force is not
// judged, nor are trailers.
enum class ShadowOf : std::uint8_t {
  kRequestLineBytes,
  kFieldBytes,  // the longest field line of a head
  kHeadBytes,
  kFields,
  kBodyBytes,  // whole content, but of handlers that bound it themselves (BodyOptions::max_bytes)
};
inline constexpr std::size_t kShadowCount = static_cast<std::size_t>(ShadowOf::kBodyBytes) + 1;

// The row of the limit. Any thread.
const LimitSpec& SpecOf(ShadowOf shadow) noexcept;
// None if that limit can have no shadow.
std::optional<ShadowOf> FindShadow(const LimitSpec& spec) noexcept;
// "max_request_line_bytes, max_field_bytes, ...": those that can.
std::string ShadowNames();

// By ShadowOf; none: not set.
using ShadowLimits = std::array<std::optional<std::uint64_t>, kShadowCount>;

// What LimitLayer::kShadow sets.
ShadowLimits ShadowsOf(const LimitLayers& layers) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_SHADOW_LIMITS_H_
