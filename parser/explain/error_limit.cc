#include "weir/parser/explain/error_limit.h"

#include <cstdint>

namespace weir::internal {
namespace {

struct ErrorLimit {
  ParseError error;
  std::string_view name;
  std::uint64_t (*value)(const ParserLimits& limits);
};

template <auto kMember>
std::uint64_t Value(const ParserLimits& limits) {
  return limits.*kMember;
}

constexpr ErrorLimit kErrorLimits[] = {
    {ParseError::kTargetTooLong, "max_request_line_bytes",
     Value<&ParserLimits::max_request_line_bytes>},
    {ParseError::kFieldTooLong, "max_field_bytes", Value<&ParserLimits::max_field_bytes>},
    {ParseError::kTrailerTooLong, "max_field_bytes", Value<&ParserLimits::max_field_bytes>},
    {ParseError::kHeadTooLarge, "max_head_bytes", Value<&ParserLimits::max_head_bytes>},
    {ParseError::kTrailersTooLarge, "max_head_bytes", Value<&ParserLimits::max_head_bytes>},
    {ParseError::kTooManyFields, "max_fields", Value<&ParserLimits::max_fields>},
    {ParseError::kTooManyTrailers, "max_fields", Value<&ParserLimits::max_fields>},
    {ParseError::kBodyTooLarge, "max_body_bytes", Value<&ParserLimits::max_body_bytes>},
    {ParseError::kChunkExtensionTooLong, "max_chunk_extension_bytes",
     Value<&ParserLimits::max_chunk_extension_bytes>},
    {ParseError::kChunkExtensionTooLong, "max_chunk_extensions_bytes_per_body",
     Value<&ParserLimits::max_chunk_extensions_bytes_per_body>},
    {ParseError::kChunkOverhead, "max_chunk_overhead_bytes",
     Value<&ParserLimits::max_chunk_overhead_bytes>},
};

}  // namespace

std::string_view LimitName(ParseError error) noexcept {
  for (const ErrorLimit& limit : kErrorLimits) {
    if (limit.error == error) return limit.name;
  }
  return "";
}

std::string LimitText(ParseError error, const ParserLimits& limits) {
  std::string text;
  for (const ErrorLimit& limit : kErrorLimits) {
    if (limit.error != error) continue;
    if (!text.empty()) text += ", ";
    text += std::string(limit.name) + " = " + std::to_string(limit.value(limits));
  }
  return text;
}

}  // namespace weir::internal
