#include "weir/reactor/shadow_limits.h"

#include <string_view>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

// In the order of ShadowOf.
constexpr std::uint64_t Limits::*kMembers[] = {
    &Limits::max_request_line_bytes, &Limits::max_field_bytes,
    &Limits::max_head_bytes,         &Limits::max_fields,
    &Limits::max_body_bytes,
};
static_assert(std::size(kMembers) == kShadowCount);

}  // namespace

const LimitSpec& SpecOf(ShadowOf shadow) noexcept {
  const LimitSpec* spec = LimitSpecs().begin();
  while (spec->member != kMembers[static_cast<std::size_t>(shadow)]) ++spec;
  return *spec;
}

std::optional<ShadowOf> FindShadow(const LimitSpec& spec) noexcept {
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    if (kMembers[i] == spec.member) return static_cast<ShadowOf>(i);
  }
  return std::nullopt;
}

std::string ShadowNames() {
  std::string names;
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", std::string(SpecOf(static_cast<ShadowOf>(i)).name));
  }
  return names;
}

ShadowLimits ShadowsOf(const LimitLayers& layers) noexcept {
  ShadowLimits shadows;
  for (const LayerValue& value : layers.values(LimitLayer::kShadow)) {
    const auto shadow = FindShadow(*value.spec);
    if (shadow) shadows[static_cast<std::size_t>(*shadow)] = value.value;
  }
  return shadows;
}

}  // namespace weir
