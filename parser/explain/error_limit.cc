#include "weir/parser/explain/error_limit.h"

#include <cstdint>

namespace weir::internal {
namespace {

std::string Text(const char* name, std::uint64_t value) {
  return std::string(name) + " = " + std::to_string(value);
}

}  // namespace

std::string LimitText(ParseError error, const ParserLimits& limits) {
  switch (error) {
    case ParseError::kTargetTooLong:
      return Text("max_request_line_bytes", limits.max_request_line_bytes);
    case ParseError::kFieldTooLong:
    case ParseError::kTrailerTooLong:
      return Text("max_field_bytes", limits.max_field_bytes);
    case ParseError::kHeadTooLarge:
    case ParseError::kTrailersTooLarge:
      return Text("max_head_bytes", limits.max_head_bytes);
    case ParseError::kTooManyFields:
    case ParseError::kTooManyTrailers:
      return Text("max_fields", limits.max_fields);
    case ParseError::kBodyTooLarge:
      return Text("max_body_bytes", limits.max_body_bytes);
    case ParseError::kChunkExtensionTooLong:
      return Text("max_chunk_extension_bytes", limits.max_chunk_extension_bytes) + ", " +
             Text("max_chunk_extensions_bytes_per_body",
                  limits.max_chunk_extensions_bytes_per_body);
    case ParseError::kChunkOverhead:
      return Text("max_chunk_overhead_bytes", limits.max_chunk_overhead_bytes);
    default:
      return "";
  }
}

}  // namespace weir::internal
