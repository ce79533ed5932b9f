// What the parser refuses for size. The reactor fills it from its live limits at each tick.

#ifndef WEIR_PARSER_PARSER_LIMITS_H_
#define WEIR_PARSER_PARSER_LIMITS_H_

#include <cstdint>

namespace weir {

// All sizes count bytes as received. A limit of N accepts exactly N and refuses N + 1.
struct ParserLimits {
  // The request line without its CRLF. Beyond: target_too_long (414).
  std::uint32_t max_request_line_bytes = 8192;
  // One field line (name, colon, white space, value) without its CRLF. Beyond: field_too_long.
  std::uint32_t max_field_bytes = 8192;
  // The whole head: request line, field lines, every CRLF. Beyond: head_too_large (431).
  // The same bound holds for a trailer section (trailers_too_large, 431).
  std::uint32_t max_head_bytes = 16384;
  // Field lines. Beyond: too_many_fields (431). The same bound holds for trailers.
  std::uint32_t max_fields = 100;
  // Content after removal of the chunked coding. Beyond: body_too_large (413), at once for
  // Content-Length, when it is crossed for chunked.
  std::uint64_t max_body_bytes = 1024 * 1024;
  // Chunk extensions of one chunk-size line, and of all of a body's. Beyond:
  // chunk_extension_too_long (400).
  std::uint32_t max_chunk_extension_bytes = 1024;
  std::uint32_t max_chunk_extensions_bytes_per_body = 16384;
  // A chunked body is refused (chunk_overhead, 400) when its bytes that are not data reach this
  // many and are over 75 % of all bytes of the body so far.
  std::uint32_t max_chunk_overhead_bytes = 100 * 1024;
};

// What another server accepts by default, in these terms. LIMITS.md in reactor/ has the sources and
// says what has no counterpart; those keep Weir's defaults.

// Node.js 18 and later: --max-http-header-size bounds a head as a whole, so no part has a bound of
// its own; http.Server.maxHeadersCount; extensions of all chunks of a body are bounded together.
constexpr ParserLimits NodeParserLimits() noexcept {
  ParserLimits limits;
  limits.max_request_line_bytes = 16384;
  limits.max_field_bytes = 16384;
  limits.max_head_bytes = 16384;
  limits.max_fields = 2000;
  limits.max_chunk_extension_bytes = 16384;
  limits.max_chunk_extensions_bytes_per_body = 16384;
  return limits;
}

// nginx: large_client_header_buffers 4 8k, of which a line must fit into one; it does not count
// fields, and 32768 bytes hold 8192 of the shortest.
constexpr ParserLimits NginxParserLimits() noexcept {
  ParserLimits limits;
  limits.max_request_line_bytes = 8192;
  limits.max_field_bytes = 8192;
  limits.max_head_bytes = 32768;
  limits.max_fields = 8192;
  limits.max_body_bytes = 1024 * 1024;
  return limits;
}

}  // namespace weir

#endif  // WEIR_PARSER_PARSER_LIMITS_H_
