#include "weir/reactor/conn/response_encoder.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace weir {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

// RFC 9110 section 15, RFC 6585, RFC 8470 (425), RFC 7725 (451). Sorted.
constexpr Reason kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {511, "Network Authentication Required"},
};

void AppendNumber(std::size_t number, ByteBuffer* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  out->Append({digits, static_cast<std::size_t>(end - digits)});
}

void AppendField(std::string_view name, std::string_view value, ByteBuffer* out) {
  out->Append(name);
  out->Append(": ");
  out->Append(value);
  out->Append("\r\n");
}

void AppendStatusLine(int status, std::string_view reason, ByteBuffer* out) {
  if (status == 200 && reason.empty()) return out->Append("HTTP/1.1 200 OK\r\n");
  out->Append("HTTP/1.1 ");
  AppendNumber(static_cast<std::size_t>(status), out);
  out->Append(" ");
  out->Append(reason.empty() ? ReasonPhrase(status) : reason);
  out->Append("\r\n");
}

void ReserveHead(const Response& head, std::size_t more, ByteBuffer* out) {
  std::size_t bytes = 256 + head.reason.size() + head.content_type.size() + more;
  for (const ResponseField& field : head.fields) {
    bytes += field.name.size() + field.value.size() + 4;
  }
  out->Reserve(bytes);
}

// The status line and the fields that the handler chose.
void AppendCommon(const Response& head, std::string_view date, ByteBuffer* out) {
  AppendStatusLine(head.status, head.reason, out);
  AppendField("Date", date, out);
  if (!head.content_type.empty()) AppendField("Content-Type", head.content_type, out);
  for (const ResponseField& field : head.fields) AppendField(field.name, field.value, out);
}

void AppendLength(std::uint64_t bytes, ByteBuffer* out) {
  out->Append("Content-Length: ");
  AppendNumber(bytes, out);
  out->Append("\r\n");
}

void AppendEnd(const ResponseContext& context, ByteBuffer* out) {
  if (!context.keep_alive) {
    out->Append("Connection: close\r\n");
  } else if (context.minor_version == 0) {
    out->Append("Connection: keep-alive\r\n");
  }
  out->Append("\r\n");
}

// Status codes whose answers end with the head, without a length (RFC 9112 section 6.3).
bool HasNoLength(int status) noexcept { return status == 204 || status == 304; }

}  // namespace

std::string_view ReasonPhrase(int status) noexcept {
  const auto* const row =
      std::lower_bound(std::begin(kReasons), std::end(kReasons), status,
                       [](const Reason& reason, int wanted) { return reason.status < wanted; });
  return row != std::end(kReasons) && row->status == status ? row->phrase : "Unknown";
}

std::uint64_t ContentLength(const Response& response) noexcept {
  if (!HasContent(response.status)) return 0;
  if (response.shared_body != nullptr) return response.shared_body->size();
  return response.file.file != nullptr ? response.file.length : response.body.size();
}

void AppendResponse(const Response& response, const ResponseContext& context, ByteBuffer* out) {
  ReserveHead(response, response.body.size(), out);
  AppendCommon(response, context.date, out);
  if (!HasNoLength(response.status)) AppendLength(ContentLength(response), out);
  AppendEnd(context, out);
  if (!context.head_request && HasContent(response.status)) out->Append(response.body);
}

ResponseFraming StreamedFraming(int status, const StreamOptions& options,
                                const ResponseContext& context) noexcept {
  if (HasNoLength(status)) return ResponseFraming::kNone;
  if (options.content_length.has_value() || !HasContent(status)) return ResponseFraming::kLength;
  return context.minor_version == 0 ? ResponseFraming::kClose : ResponseFraming::kChunked;
}

void AppendStreamHead(const Response& head, const StreamOptions& options, ResponseFraming framing,
                      const ResponseContext& context, ByteBuffer* out) {
  ReserveHead(head, 0, out);
  AppendCommon(head, context.date, out);
  if (framing == ResponseFraming::kLength) {
    AppendLength(HasContent(head.status) ? options.content_length.value_or(0) : 0, out);
  } else if (framing == ResponseFraming::kChunked) {
    out->Append("Transfer-Encoding: chunked\r\n");
    std::string_view separator = "Trailer: ";
    for (const std::string_view name : options.trailer_names) {
      out->Append(separator);
      out->Append(name);
      separator = ", ";
    }
    if (!options.trailer_names.empty()) out->Append("\r\n");
  }
  AppendEnd(context, out);
}

void AppendChunkStart(std::uint64_t bytes, ByteBuffer* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), bytes, 16).ptr;
  out->Append({digits, static_cast<std::size_t>(end - digits)});
  out->Append("\r\n");
}

void AppendChunkEnd(ByteBuffer* out) { out->Append("\r\n"); }

void AppendLastChunk(const std::vector<ResponseField>& trailers, ByteBuffer* out) {
  out->Append("0\r\n");
  for (const ResponseField& field : trailers) AppendField(field.name, field.value, out);
  out->Append("\r\n");
}

}  // namespace weir
