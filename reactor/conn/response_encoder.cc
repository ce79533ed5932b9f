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

void AppendStatusLine(int status, ByteBuffer* out) {
  if (status == 200) return out->Append("HTTP/1.1 200 OK\r\n");
  out->Append("HTTP/1.1 ");
  AppendNumber(static_cast<std::size_t>(status), out);
  out->Append(" ");
  out->Append(ReasonPhrase(status));
  out->Append("\r\n");
}

// Status codes whose answers end with the head (RFC 9112 section 6.3).
bool HasNoBody(int status) noexcept { return status == 204 || status == 304; }

}  // namespace

std::string_view ReasonPhrase(int status) noexcept {
  const auto* const row =
      std::lower_bound(std::begin(kReasons), std::end(kReasons), status,
                       [](const Reason& reason, int wanted) { return reason.status < wanted; });
  return row != std::end(kReasons) && row->status == status ? row->phrase : "Unknown";
}

void AppendResponse(const Response& response, const ResponseContext& context, ByteBuffer* out) {
  const bool no_body = HasNoBody(response.status);
  std::size_t bytes = 256 + response.content_type.size() + response.body.size();
  for (const ResponseField& field : response.fields) {
    bytes += field.name.size() + field.value.size() + 4;
  }
  out->Reserve(bytes);
  AppendStatusLine(response.status, out);
  AppendField("Date", context.date, out);
  if (!response.content_type.empty()) AppendField("Content-Type", response.content_type, out);
  for (const ResponseField& field : response.fields) AppendField(field.name, field.value, out);
  if (!no_body) {
    out->Append("Content-Length: ");
    AppendNumber(response.body.size(), out);
    out->Append("\r\n");
  }
  if (!context.keep_alive) {
    out->Append("Connection: close\r\n");
  } else if (context.minor_version == 0) {
    out->Append("Connection: keep-alive\r\n");
  }
  out->Append("\r\n");
  if (!no_body && !context.head_request) out->Append(response.body);
}

void AppendContinue(ByteBuffer* out) { out->Append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace weir
