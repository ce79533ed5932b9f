#include "weir/reactor/limits.h"

#include <algorithm>
#include <limits>

#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::uint32_t ToUint32(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

ParserLimits Limits::parser() const noexcept {
  ParserLimits limits;
  limits.max_request_line_bytes = ToUint32(max_request_line_bytes);
  limits.max_field_bytes = ToUint32(max_field_bytes);
  limits.max_head_bytes = ToUint32(max_head_bytes);
  limits.max_fields = ToUint32(max_fields);
  limits.max_body_bytes = max_body_bytes;
  limits.max_chunk_extension_bytes = ToUint32(max_chunk_extension_bytes);
  limits.max_chunk_extensions_bytes_per_body = ToUint32(max_chunk_extensions_bytes_per_body);
  limits.max_chunk_overhead_bytes = ToUint32(max_chunk_overhead_bytes);
  return limits;
}

bool operator==(const Limits& a, const Limits& b) noexcept {
  const LimitSpecs specs;
  return std::all_of(specs.begin(), specs.end(),
                     [&](const LimitSpec& spec) { return a.*spec.member == b.*spec.member; });
}

}  // namespace weir
