// A parsed request head: what RequestParser gives when a head is complete.

#ifndef WEIR_PARSER_REQUEST_HEAD_H_
#define WEIR_PARSER_REQUEST_HEAD_H_

#include <cstdint>
#include <string_view>

#include "weir/parser/header_fields.h"
#include "weir/parser/message_framing.h"
#include "weir/parser/request_target.h"

namespace weir {

// The methods of RFC 9110 section 9 and PATCH (RFC 5789). Any other token is kOther: a handler
// answers it with 501 or 405, the parser accepts it.
enum class Method : std::uint8_t {
  kOther,
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
};

// A request head as views into the caller's buffer and field table: valid until either moves or
// is reused. A value type, cheap to copy; any thread may read it while the buffer stands.
struct RequestHead {
  Method method = Method::kOther;
  std::string_view method_text;  // as received; methods are case-sensitive
  RequestTarget target;
  std::uint8_t minor_version = 1;  // HTTP/1.0 or HTTP/1.1
  HeaderFields fields;
  MessageFraming framing;
  bool keep_alive = true;        // may another request follow (RFC 9112 section 9.3)
  bool expect_continue = false;  // Expect: 100-continue, HTTP/1.1 only (RFC 9110 section 10.1.1)
  bool upgrade = false;          // Upgrade with Connection: upgrade (RFC 9110 section 7.8)
};

}  // namespace weir

#endif  // WEIR_PARSER_REQUEST_HEAD_H_
