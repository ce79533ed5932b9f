// What a handler answers with.

#ifndef WEIR_REACTOR_RESPONSE_H_
#define WEIR_REACTOR_RESPONSE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/reactor/open_file.h"

namespace weir {

// One field of an answer, or of its trailer section. The bytes are copied when it is sent.
struct ResponseField {
  std::string_view name;
  std::string_view value;
};

// Content that many answers share: encoded once, never changed, sent without being copied.
using SharedBytes = std::shared_ptr<const std::string>;

// An answer. Content-Length, Date and Connection are added by Weir, which alone frames messages;
// naming one of them, or Transfer-Encoding, Trailer, Keep-Alive or Upgrade, is refused (kInvalid).
// To close the connection after this answer set `close`.
struct Response {
  int status = 200;                   // 200 to 599
  std::string_view content_type;      // no Content-Type field when empty
  std::vector<ResponseField> fields;  // further fields, in this order
  // The content is one of these three; not sent for HEAD, 204, 205 and 304.
  std::string_view body;    // copied
  SharedBytes shared_body;  // kept until the client has it
  FileRegion file;          // kept open until the client has it
  bool close = false;
  // What the status line says behind the status; the usual phrase when empty (RFC 9110 section 15).
  std::string_view reason;
};

// Whether answers with that status have content (RFC 9110 section 6.4.1). Those with 205 have a
// length of 0.
constexpr bool HasContent(int status) noexcept {
  return status >= 200 && status != 204 && status != 205 && status != 304;
}

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_H_
