// Turns answers into bytes: the only place that frames our messages.

#ifndef WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_
#define WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_

#include <cstdint>
#include <string_view>

#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/response_writer.h"

namespace weir {

// What the answer depends on beside the handler's wishes.
struct ResponseContext {
  std::uint8_t minor_version = 1;  // the request's
  bool head_request = false;       // HEAD: the body's length, but not the body
  bool keep_alive = true;          // whether another request may follow
  std::string_view date;           // IMF-fixdate (RFC 9110 section 5.6.7)
};

// Appends the whole message. REQUIRES: MayBeSent(response).
void AppendResponse(const Response& response, const ResponseContext& context, ByteBuffer* out);

// Appends "HTTP/1.1 100 Continue" (RFC 9110 section 15.2.1).
void AppendContinue(ByteBuffer* out);

// The reason phrase of `status`, or "Unknown".
std::string_view ReasonPhrase(int status) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_
