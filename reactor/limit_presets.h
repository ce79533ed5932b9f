// Sets of limits that act like the defaults of well-known servers.

#ifndef WEIR_REACTOR_LIMIT_PRESETS_H_
#define WEIR_REACTOR_LIMIT_PRESETS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/reactor/limits.h"

namespace weir {

// A value for every limit. Where the other server has no counterpart, or none that is comparable,
// the value is Weir's default: LIMITS.md says which those are, and why.
struct LimitPreset {
  std::string_view name;    // "weir", "node", "nginx"
  std::string_view origin;  // whose defaults these are
  Limits limits;            // CheckLimits accepts them
};

// A view of a static array, Weir's own first: iterate with a range-based for. Any thread.
class LimitPresets {
 public:
  const LimitPreset* begin() const noexcept;
  const LimitPreset* end() const noexcept;
  std::size_t size() const noexcept { return static_cast<std::size_t>(end() - begin()); }
};

// The preset of that name, or null. Any thread.
const LimitPreset* FindLimitPreset(std::string_view name) noexcept;

// "weir, node, nginx", for messages.
std::string LimitPresetNames();

}  // namespace weir

#endif  // WEIR_REACTOR_LIMIT_PRESETS_H_
