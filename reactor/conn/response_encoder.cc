#include "weir/reactor/conn/response_encoder.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <iterator>

#include "weir/reactor/conn/copy_short.h"

namespace weir {
namespace {

// Whole status lines with the usual phrases: RFC 9110 section 15, RFC 6585, RFC 8470 (425), RFC
// 7725 (451). Sorted.
constexpr std::string_view kStatusLines[] = {
    "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 201 Created\r\n",
    "HTTP/1.1 202 Accepted\r\n",
    "HTTP/1.1 203 Non-Authoritative Information\r\n",
    "HTTP/1.1 204 No Content\r\n",
    "HTTP/1.1 205 Reset Content\r\n",
    "HTTP/1.1 206 Partial Content\r\n",
    "HTTP/1.1 300 Multiple Choices\r\n",
    "HTTP/1.1 301 Moved Permanently\r\n",
    "HTTP/1.1 302 Found\r\n",
    "HTTP/1.1 303 See Other\r\n",
    "HTTP/1.1 304 Not Modified\r\n",
    "HTTP/1.1 305 Use Proxy\r\n",
    "HTTP/1.1 307 Temporary Redirect\r\n",
    "HTTP/1.1 308 Permanent Redirect\r\n",
    "HTTP/1.1 400 Bad Request\r\n",
    "HTTP/1.1 401 Unauthorized\r\n",
    "HTTP/1.1 402 Payment Required\r\n",
    "HTTP/1.1 403 Forbidden\r\n",
    "HTTP/1.1 404 Not Found\r\n",
    "HTTP/1.1 405 Method Not Allowed\r\n",
    "HTTP/1.1 406 Not Acceptable\r\n",
    "HTTP/1.1 407 Proxy Authentication Required\r\n",
    "HTTP/1.1 408 Request Timeout\r\n",
    "HTTP/1.1 409 Conflict\r\n",
    "HTTP/1.1 410 Gone\r\n",
    "HTTP/1.1 411 Length Required\r\n",
    "HTTP/1.1 412 Precondition Failed\r\n",
    "HTTP/1.1 413 Content Too Large\r\n",
    "HTTP/1.1 414 URI Too Long\r\n",
    "HTTP/1.1 415 Unsupported Media Type\r\n",
    "HTTP/1.1 416 Range Not Satisfiable\r\n",
    "HTTP/1.1 417 Expectation Failed\r\n",
    "HTTP/1.1 421 Misdirected Request\r\n",
    "HTTP/1.1 422 Unprocessable Content\r\n",
    "HTTP/1.1 425 Too Early\r\n",
    "HTTP/1.1 426 Upgrade Required\r\n",
    "HTTP/1.1 428 Precondition Required\r\n",
    "HTTP/1.1 429 Too Many Requests\r\n",
    "HTTP/1.1 431 Request Header Fields Too Large\r\n",
    "HTTP/1.1 451 Unavailable For Legal Reasons\r\n",
    "HTTP/1.1 500 Internal Server Error\r\n",
    "HTTP/1.1 501 Not Implemented\r\n",
    "HTTP/1.1 502 Bad Gateway\r\n",
    "HTTP/1.1 503 Service Unavailable\r\n",
    "HTTP/1.1 504 Gateway Timeout\r\n",
    "HTTP/1.1 505 HTTP Version Not Supported\r\n",
    "HTTP/1.1 511 Network Authentication Required\r\n",
};
constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::size_t kStatusDigits = 3;

constexpr int StatusOf(std::string_view line) noexcept {
  return (line[kVersion.size()] - '0') * 100 + (line[kVersion.size() + 1] - '0') * 10 +
         (line[kVersion.size() + 2] - '0');
}

// Empty if no such line is known.
std::string_view StatusLine(int status) noexcept {
  const auto* const line =
      std::lower_bound(std::begin(kStatusLines), std::end(kStatusLines), status,
                       [](std::string_view known, int wanted) { return StatusOf(known) < wanted; });
  const bool found = line != std::end(kStatusLines) && StatusOf(*line) == status;
  return found ? *line : std::string_view();
}

// Room for all of a head that has a bound: what is not the handler's. It needs less than 256.
constexpr std::size_t kFixedBytes = 512;

// Writes one head, or part of one, straight into a buffer in which room was made for all of it.
class HeadWriter {
 public:
  explicit HeadWriter(ByteBuffer* out) noexcept : out_(out), to_(out->end()) {}
  ~HeadWriter() { out_->Grow(static_cast<std::size_t>(to_ - out_->end())); }
  HeadWriter(const HeadWriter&) = delete;
  HeadWriter& operator=(const HeadWriter&) = delete;

  void Put(std::string_view text) noexcept { to_ = CopyShort(to_, text); }
  // Of a size that the compiler knows.
  template <std::size_t kSize>
  void Put(const char (&literal)[kSize]) noexcept {
    PutBytes<kSize - 1>(literal);
  }
  template <std::size_t kBytes>
  void PutBytes(const char* bytes) noexcept {
    std::memcpy(to_, bytes, kBytes);
    to_ += kBytes;
  }
  void PutNumber(std::uint64_t number) noexcept {
    constexpr std::size_t kMaxDigits = 20;
    if (number < 100) {  // most answers that are many
      if (number >= 10) *to_++ = static_cast<char>('0' + number / 10);
      *to_++ = static_cast<char>('0' + number % 10);
      return;
    }
    to_ = std::to_chars(to_, to_ + kMaxDigits, number).ptr;
  }
  void PutField(std::string_view name, std::string_view value) noexcept {
    Put(name);
    Put(": ");
    Put(value);
    Put("\r\n");
  }

 private:
  ByteBuffer* const out_;
  char* to_;
};

void PutStart(const Response& head, const HeadStart& start, HeadWriter* to) noexcept {
  if (head.status == 200 && head.reason.empty()) {
    return to->PutBytes<HeadStart::kBytes>(start.data());
  }
  const std::string_view line = head.reason.empty() ? StatusLine(head.status) : std::string_view();
  if (!line.empty()) {
    to->Put(line);
  } else {
    to->Put(kVersion);
    to->PutNumber(static_cast<std::uint64_t>(head.status));
    to->Put(" ");
    to->Put(head.reason.empty() ? ReasonPhrase(head.status) : head.reason);
    to->Put("\r\n");
  }
  to->Put(start.date_field());
}

// Makes room for the head and `more` bytes.
inline void ReserveHead(const Response& head, std::size_t more, ByteBuffer* out) {
  std::size_t bytes = kFixedBytes + head.reason.size() + head.content_type.size() + more;
  if (head.fields.empty()) return out->Reserve(bytes);
  for (const ResponseField& field : head.fields) {
    bytes += field.name.size() + field.value.size() + 4;
  }
  out->Reserve(bytes);
}

// The status line, the Date field and the fields that the handler chose.
inline void PutCommon(const Response& head, const HeadStart& start, HeadWriter* to) noexcept {
  PutStart(head, start, to);
  if (!head.content_type.empty()) {
    to->Put("Content-Type: ");
    to->Put(head.content_type);
    to->Put("\r\n");
  }
  for (const ResponseField& field : head.fields) to->PutField(field.name, field.value);
}

inline void PutLength(std::uint64_t bytes, HeadWriter* to) noexcept {
  to->Put("Content-Length: ");
  to->PutNumber(bytes);
  to->Put("\r\n");
}

inline void PutEnd(const ResponseContext& context, HeadWriter* to) noexcept {
  if (!context.keep_alive) {
    to->Put("Connection: close\r\n");
  } else if (context.minor_version == 0) {
    to->Put("Connection: keep-alive\r\n");
  }
  to->Put("\r\n");
}

// Status codes whose answers end with the head, without a length (RFC 9112 section 6.3).
bool HasNoLength(int status) noexcept { return status == 204 || status == 304; }

}  // namespace

std::string_view ReasonPhrase(int status) noexcept {
  const std::string_view line = StatusLine(status);
  constexpr std::size_t kBefore = kVersion.size() + kStatusDigits + 1;
  return line.empty() ? "Unknown" : line.substr(kBefore, line.size() - kBefore - 2);
}

std::uint64_t ContentLength(const Response& response) noexcept {
  if (!HasContent(response.status)) return 0;
  if (response.shared_body != nullptr) return response.shared_body->size();
  return response.file.file != nullptr ? response.file.length : response.body.size();
}

void AppendResponse(const Response& response, const ResponseContext& context, ByteBuffer* out) {
  ReserveHead(response, response.body.size(), out);
  HeadWriter to(out);
  PutCommon(response, *context.start, &to);
  if (!HasNoLength(response.status)) PutLength(ContentLength(response), &to);
  PutEnd(context, &to);
  if (!context.head_request && HasContent(response.status)) to.Put(response.body);
}

void AppendSwitchHead(const Response& head, std::string_view protocol, const HeadStart& start,
                      ByteBuffer* out) {
  ReserveHead(head, protocol.size(), out);
  HeadWriter to(out);
  PutCommon(head, start, &to);
  if (!protocol.empty()) {
    to.PutField("Connection", "Upgrade");
    to.PutField("Upgrade", protocol);
  }
  to.Put("\r\n");
}

ResponseFraming StreamedFraming(int status, const StreamOptions& options,
                                const ResponseContext& context) noexcept {
  if (HasNoLength(status)) return ResponseFraming::kNone;
  if (options.content_length.has_value() || !HasContent(status)) return ResponseFraming::kLength;
  return context.minor_version == 0 ? ResponseFraming::kClose : ResponseFraming::kChunked;
}

void AppendStreamHead(const Response& head, const StreamOptions& options, ResponseFraming framing,
                      const ResponseContext& context, ByteBuffer* out) {
  std::size_t names_bytes = 0;
  for (const std::string_view name : options.trailer_names) names_bytes += name.size() + 2;
  ReserveHead(head, names_bytes, out);
  HeadWriter to(out);
  PutCommon(head, *context.start, &to);
  if (framing == ResponseFraming::kLength) {
    PutLength(HasContent(head.status) ? options.content_length.value_or(0) : 0, &to);
  } else if (framing == ResponseFraming::kChunked) {
    to.Put("Transfer-Encoding: chunked\r\n");
    std::string_view separator = "Trailer: ";
    for (const std::string_view name : options.trailer_names) {
      to.Put(separator);
      to.Put(name);
      separator = ", ";
    }
    if (!options.trailer_names.empty()) to.Put("\r\n");
  }
  PutEnd(context, &to);
}

ChunkStart::ChunkStart(std::uint64_t bytes) noexcept {
  char* end = std::to_chars(text_, text_ + sizeof(text_), bytes, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  size_ = static_cast<std::size_t>(end - text_);
}

void AppendLastChunk(const std::vector<ResponseField>& trailers, ByteBuffer* out) {
  out->Append("0\r\n");
  for (const ResponseField& field : trailers) {
    out->Append(field.name);
    out->Append(": ");
    out->Append(field.value);
    out->Append("\r\n");
  }
  out->Append("\r\n");
}

}  // namespace weir
