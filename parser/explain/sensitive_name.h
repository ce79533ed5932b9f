// Fields whose values are shown to nobody who has not asked for them.

#ifndef WEIR_PARSER_EXPLAIN_SENSITIVE_NAME_H_
#define WEIR_PARSER_EXPLAIN_SENSITIVE_NAME_H_

#include <string_view>

namespace weir::internal {

// Whether it names Authorization, Proxy-Authorization, Cookie or Set-Cookie. Only its letters and
// '-' count, so that a name that is refused hides its value too.
bool IsSensitiveName(std::string_view name);

}  // namespace weir::internal

#endif  // WEIR_PARSER_EXPLAIN_SENSITIVE_NAME_H_
