// From an offset to what an editor shows: line, column, and the part of the request.

#ifndef WEIR_PARSER_EXPLAIN_SOURCE_PLACE_H_
#define WEIR_PARSER_EXPLAIN_SOURCE_PLACE_H_

#include <cstddef>
#include <string_view>

#include "weir/parser/explain/explain.h"
#include "weir/parser/parse_error.h"

namespace weir::internal {

// Where `offset` is. The request that `error` refuses starts at `request_start`. An offset behind
// the last byte is on the last line, behind its last column.
SourcePlace FindPlace(std::string_view input, std::size_t request_start, std::size_t offset,
                      ParseError error);

// The line that starts at `line_start`, up to its LF, included.
std::string_view LineAt(std::string_view input, std::size_t line_start);

// What stands before the first colon of a line: for a good one, the field name.
std::string_view NameOf(std::string_view line);

}  // namespace weir::internal

#endif  // WEIR_PARSER_EXPLAIN_SOURCE_PLACE_H_
