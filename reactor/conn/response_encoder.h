// Turns answers into bytes: the only place that frames our messages.

#ifndef WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_
#define WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/response.h"
#include "weir/reactor/response_stream.h"

namespace weir {

// How the content of an answer is delimited (RFC 9112 section 6.3).
enum class ResponseFraming : std::uint8_t {
  kLength,   // Content-Length
  kChunked,  // Transfer-Encoding: chunked
  kClose,    // by the end of the connection
  kNone,     // there is none, nor a length: 204, 304
};

// How nearly every answer begins, made once for many: the status line of 200 and the Date field.
class HeadStart {
 public:
  static constexpr std::size_t kDateBytes = 29;

  // `date`: IMF-fixdate (RFC 9110 section 5.6.7). REQUIRES: it has kDateBytes.
  void SetDate(std::string_view date) noexcept { date.copy(text_ + kBeforeDate, kDateBytes); }

  // Both, of always the same size.
  static constexpr std::size_t kBytes = 54;
  const char* data() const noexcept { return text_; }
  // The Date field with its CRLF.
  std::string_view date_field() const noexcept {
    return {text_ + kStatusLineBytes, kBytes - kStatusLineBytes};
  }

 private:
  static constexpr std::size_t kStatusLineBytes = 17;
  static constexpr std::size_t kBeforeDate = kStatusLineBytes + 6;

  char text_[kBytes + 1] = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
};

// What the answer depends on beside the handler's wishes.
struct ResponseContext {
  std::uint8_t minor_version = 1;    // the request's
  bool head_request = false;         // HEAD: the body's length, but not the body
  bool keep_alive = true;            // whether another request may follow
  const HeadStart* start = nullptr;  // not owned
};

// Bytes of content that `response` has, of whatever kind; 0 where the status has none.
std::uint64_t ContentLength(const Response& response) noexcept;

// Appends the whole message, but for a shared body or a file. REQUIRES: MayBeSent(response), and
// here and below that context.start is set.
void AppendResponse(const Response& response, const ResponseContext& context, ByteBuffer* out);

// Appends an answer behind which another protocol begins: 101 with `protocol`, or 200 to CONNECT.
// It has neither content nor framing (RFC 9110 sections 8.6 and 15.2.2).
void AppendSwitchHead(const Response& head, std::string_view protocol, const HeadStart& start,
                      ByteBuffer* out);

// The framing that a streamed answer gets.
ResponseFraming StreamedFraming(int status, const StreamOptions& options,
                                const ResponseContext& context) noexcept;

// Appends its head. REQUIRES: MayBeStarted(head, options).
void AppendStreamHead(const Response& head, const StreamOptions& options, ResponseFraming framing,
                      const ResponseContext& context, ByteBuffer* out);

// What stands before the data of a chunk; CRLF stands behind it (RFC 9112 section 7.1).
class ChunkStart {
 public:
  explicit ChunkStart(std::uint64_t bytes) noexcept;
  // Into this object.
  std::string_view view() const noexcept { return {text_, size_}; }

 private:
  char text_[18];
  std::size_t size_;
};
// Appends the last chunk and the trailer section. REQUIRES: MayBeTrailers(trailers).
void AppendLastChunk(const std::vector<ResponseField>& trailers, ByteBuffer* out);

// The reason phrase of `status`, or "Unknown".
std::string_view ReasonPhrase(int status) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_RESPONSE_ENCODER_H_
