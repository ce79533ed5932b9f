// Where a request breaks, for people: what `weirctl explain` prints.
//
// For tools and logs, not for the path of a request: it allocates, and may throw std::bad_alloc.

#ifndef WEIR_PARSER_EXPLAIN_EXPLAIN_H_
#define WEIR_PARSER_EXPLAIN_EXPLAIN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/message_framing.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"

namespace weir {

enum class ExplainOutcome : std::uint8_t {
  kAccepted,    // one whole request or several, and nothing begun behind them
  kRefused,     // a request is refused: `error`, `offset` and `place` say why and where
  kIncomplete,  // the input ends within a request that is good so far, or is empty
};

// The part of a request that a byte belongs to.
enum class RequestPart : std::uint8_t {
  kRequestLine,
  kField,    // a field line
  kHeadEnd,  // the empty line after the fields
  kChunk,    // chunked content: sizes, extensions, data
  kTrailer,  // a trailer line, or the empty line after the trailers
};

// "request line", "field" and so on.
std::string_view Describe(RequestPart part) noexcept;

// Where to look, as an editor counts: at the byte that could not be accepted, or at the empty line
// that ends the head if a field is missing in it.
struct SourcePlace {
  std::size_t line = 1;        // from 1; a line ends with LF
  std::size_t line_start = 0;  // offset of the line's first byte, from the start of the input
  std::size_t column = 1;      // from 1, in bytes
  RequestPart part = RequestPart::kRequestLine;
  std::string field_name;  // of a field or trailer, as received, escaped; may be empty
};

// A request that was whole and accepted.
struct ExplainedRequest {
  std::size_t offset;      // of its first byte, from the start of the input
  std::size_t head_bytes;  // with the empty line
  std::size_t body_bytes;  // as received: with the framing of chunks
  std::uint64_t content_bytes;
  std::string method;
  std::string target;
  std::uint8_t minor_version;
  std::uint32_t fields;
  MessageFraming framing;
  bool keep_alive;
};

struct Explanation {
  ExplainOutcome outcome = ExplainOutcome::kAccepted;
  std::vector<ExplainedRequest> requests;  // in order

  // Bytes behind a request with which the connection ends: they are never parsed.
  std::size_t unread_bytes = 0;

  // If refused or incomplete: where that request starts, from the start of the input.
  std::size_t request_offset = 0;

  // If incomplete: what has yet to come. "the empty line that ends the head".
  std::string waiting_for;

  // If refused.
  ParseError error = ParseError::kNone;
  std::size_t offset = 0;  // of the byte that could not be accepted, from the start of the input
  SourcePlace place;
  std::string limit;  // "max_field_bytes = 8192" if it is one that was passed; else empty
};

// Parses the requests in `input`, as a connection would receive them, up to the first that is not
// whole or not accepted. Kind and offset of an error are those of RequestParser and BodyDecoder.
// Any thread.
Explanation Explain(std::string_view input, const ParserLimits& limits);

}  // namespace weir

#endif  // WEIR_PARSER_EXPLAIN_EXPLAIN_H_
