// Which limit an error is about.

#ifndef WEIR_PARSER_EXPLAIN_ERROR_LIMIT_H_
#define WEIR_PARSER_EXPLAIN_ERROR_LIMIT_H_

#include <string>
#include <string_view>

#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"

namespace weir::internal {

// "max_field_bytes"; of several, the one that a single message passes; "" for an error of another
// kind. Static storage duration. Any thread.
std::string_view LimitName(ParseError error) noexcept;

// "max_field_bytes = 8192"; several are separated by ", "; empty for an error of another kind.
std::string LimitText(ParseError error, const ParserLimits& limits);

}  // namespace weir::internal

#endif  // WEIR_PARSER_EXPLAIN_ERROR_LIMIT_H_
