// Where a message's content ends (RFC 9112 section 6.3). No other file decides it.

#ifndef WEIR_PARSER_MESSAGE_FRAMING_H_
#define WEIR_PARSER_MESSAGE_FRAMING_H_

#include <cstdint>

namespace weir {

enum class BodyKind : std::uint8_t {
  kNone,           // neither Content-Length nor Transfer-Encoding
  kContentLength,  // exactly content_length bytes, which may be 0
  kChunked,        // Transfer-Encoding: chunked, and nothing else
};

struct MessageFraming {
  BodyKind kind = BodyKind::kNone;
  std::uint64_t content_length = 0;  // bytes; 0 unless kind is kContentLength

  // Whether bytes of content or chunk framing follow the head.
  bool has_body() const noexcept {
    return kind == BodyKind::kChunked || (kind == BodyKind::kContentLength && content_length > 0);
  }
};

}  // namespace weir

#endif  // WEIR_PARSER_MESSAGE_FRAMING_H_
