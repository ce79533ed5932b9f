// Bytes as text that a terminal shows and that can't do anything to it.

#ifndef WEIR_PARSER_EXPLAIN_VISIBLE_TEXT_H_
#define WEIR_PARSER_EXPLAIN_VISIBLE_TEXT_H_

#include <string>
#include <string_view>

namespace weir::internal {

// \r \n \t \\ and \xHH for what is not printable ASCII; the rest as it is. Pure ASCII.
std::string VisibleByte(char byte);
std::string VisibleText(std::string_view bytes);

}  // namespace weir::internal

#endif  // WEIR_PARSER_EXPLAIN_VISIBLE_TEXT_H_
