// An explanation as text, in the form of a compiler's messages.

#ifndef WEIR_PARSER_EXPLAIN_RENDER_H_
#define WEIR_PARSER_EXPLAIN_RENDER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/parser/explain/explain.h"

namespace weir {

struct RenderOptions {
  std::string_view name = "input";  // what the first line calls the input: a file's name
  std::size_t context_bytes = 40;   // of the line, shown on each side of the byte
  // Whether to show the values of Authorization, Proxy-Authorization, Cookie and Set-Cookie. Else
  // each printable byte of them is '*', but for the one that is refused. What stands in a target or
  // in content is always shown.
  bool show_values = false;
};

// `input` is what Explain was given. Pure ASCII, each line ended by LF:
//
//   input:2:5: error: space_before_colon, answered with 400
//     2 | Host : a\r\n
//       |     ^
//   at: request 1, byte 20 of it, byte 20 of the input, field "Host "
//   fix: Remove the white space in or after the field name: the colon follows the name at once.
//   see: RFC 9112 section 5.1
std::string Render(const Explanation& explanation, std::string_view input,
                   const RenderOptions& options = {});

}  // namespace weir

#endif  // WEIR_PARSER_EXPLAIN_RENDER_H_
