#include "weir/reactor/limit_presets.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_join.h"

namespace weir {
namespace {

constexpr Limits Node() noexcept {
  Limits limits = WithParserLimits(NodeParserLimits());
  limits.listen_backlog = 511;
  limits.max_requests_per_connection = 1'000'000'000;  // 0 there: no bound
  limits.head_timeout_ms = 60'000;
  limits.body_timeout_ms = 300'000;
  limits.idle_timeout_ms = 5'000;
  limits.min_body_bytes_per_second = 0;
  limits.min_write_bytes_per_second = 0;
  return limits;
}

constexpr Limits Nginx() noexcept {
  Limits limits = WithParserLimits(NginxParserLimits());
  limits.listen_backlog = 511;
  limits.max_requests_per_connection = 1000;
  limits.head_timeout_ms = 60'000;
  limits.body_timeout_ms = 60'000;
  limits.idle_timeout_ms = 75'000;
  limits.write_timeout_ms = 60'000;
  limits.min_body_bytes_per_second = 0;
  limits.min_write_bytes_per_second = 0;
  return limits;
}

constexpr LimitPreset kPresets[] = {
    {"weir", "Weir", Limits()},
    {"node", "Node.js 18 and later", Node()},
    {"nginx", "nginx", Nginx()},
};

}  // namespace

const LimitPreset* LimitPresets::begin() const noexcept { return std::begin(kPresets); }

const LimitPreset* LimitPresets::end() const noexcept { return std::end(kPresets); }

const LimitPreset* FindLimitPreset(std::string_view name) noexcept {
  const auto* const preset = std::find_if(std::begin(kPresets), std::end(kPresets),
                                          [name](const LimitPreset& p) { return p.name == name; });
  return preset == std::end(kPresets) ? nullptr : preset;
}

std::string LimitPresetNames() {
  return absl::StrJoin(LimitPresets(), ", ", [](std::string* out, const LimitPreset& preset) {
    out->append(preset.name.data(), preset.name.size());
  });
}

}  // namespace weir
