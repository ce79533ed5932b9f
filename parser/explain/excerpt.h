// The line around a byte, with a caret under it.

#ifndef WEIR_PARSER_EXPLAIN_EXCERPT_H_
#define WEIR_PARSER_EXPLAIN_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/parser/explain/explain.h"
#include "weir/parser/explain/render.h"

namespace weir::internal {

// Two lines of text. What is left out of a long line is "...".
std::string Excerpt(std::string_view input, const SourcePlace& place, const RenderOptions& options);

}  // namespace weir::internal

#endif  // WEIR_PARSER_EXPLAIN_EXCERPT_H_
