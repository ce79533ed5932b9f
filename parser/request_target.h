// The request target in its four forms (RFC 9112 section 3.2).

#ifndef WEIR_PARSER_REQUEST_TARGET_H_
#define WEIR_PARSER_REQUEST_TARGET_H_

#include <cstdint>
#include <string_view>

namespace weir {

enum class TargetForm : std::uint8_t {
  kOrigin,     // /path?query             (RFC 9112 section 3.2.1)
  kAbsolute,   // http://host/path?query  (RFC 9112 section 3.2.2)
  kAuthority,  // host:port, CONNECT only (RFC 9112 section 3.2.3)
  kAsterisk,   // *, OPTIONS only         (RFC 9112 section 3.2.4)
};

// A request target, split. All views point into the parsed head and live as long as it. Nothing
// is decoded or normalised: %-escapes, dot segments and case are as received.
struct RequestTarget {
  TargetForm form = TargetForm::kOrigin;
  std::string_view text;       // the whole target
  std::string_view scheme;     // absolute-form: "http"; else empty
  std::string_view authority;  // absolute- and authority-form: "host:port"; else empty
  std::string_view path;       // origin- and absolute-form; "*" for asterisk-form; may be empty
  std::string_view query;      // what follows the first '?', without it; empty if there is none
  bool has_query = false;      // tells "/a?" (true) from "/a" (false)
};

}  // namespace weir

#endif  // WEIR_PARSER_REQUEST_TARGET_H_
