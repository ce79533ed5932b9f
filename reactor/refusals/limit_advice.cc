#include "weir/reactor/refusals/limit_advice.h"

#include <algorithm>

namespace weir {
namespace {

std::string_view LimitNameOf(ParseError error) noexcept {
  switch (error) {
    case ParseError::kTargetTooLong:
      return "max_request_line_bytes";
    case ParseError::kFieldTooLong:
    case ParseError::kTrailerTooLong:
      return "max_field_bytes";
    case ParseError::kHeadTooLarge:
    case ParseError::kTrailersTooLarge:
      return "max_head_bytes";
    case ParseError::kTooManyFields:
    case ParseError::kTooManyTrailers:
      return "max_fields";
    case ParseError::kBodyTooLarge:
      return "max_body_bytes";
    case ParseError::kChunkExtensionTooLong:
      return "max_chunk_extension_bytes";
    case ParseError::kChunkOverhead:
      return "max_chunk_overhead_bytes";
    default:
      return "";
  }
}

}  // namespace

const LimitSpec* LimitOf(ParseError error) noexcept { return FindLimitSpec(LimitNameOf(error)); }

std::uint64_t SuggestValue(const LimitSpec& limit, std::uint64_t present,
                           std::uint64_t needed) noexcept {
  if (present >= limit.max) return 0;
  const std::uint64_t least = std::max(needed, std::max<std::uint64_t>(present, 1) * 2);
  std::uint64_t value = 1;
  while (value < least && value < limit.max) value *= 2;
  return std::clamp(value, limit.min, limit.max);
}

}  // namespace weir
