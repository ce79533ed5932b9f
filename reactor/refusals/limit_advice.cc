#include "weir/reactor/refusals/limit_advice.h"

#include <algorithm>

#include "weir/parser/explain/error_limit.h"

namespace weir {

const LimitSpec* LimitOf(ParseError error) noexcept {
  return FindLimitSpec(internal::LimitName(error));
}

std::uint64_t SuggestValue(const LimitSpec& limit, std::uint64_t present,
                           std::uint64_t needed) noexcept {
  if (present >= limit.max) return 0;
  const std::uint64_t least = std::max(needed, std::max<std::uint64_t>(present, 1) * 2);
  std::uint64_t value = 1;
  while (value < least && value < limit.max) value *= 2;
  return std::clamp(value, limit.min, limit.max);
}

}  // namespace weir
