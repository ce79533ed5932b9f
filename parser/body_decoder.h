// The content of a message: takes the framing off (RFC 9112 sections 6 and 7.1).

#ifndef WEIR_PARSER_BODY_DECODER_H_
#define WEIR_PARSER_BODY_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/parser/message_framing.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"
#include "weir/parser/trailer_parser.h"

namespace weir {

enum class BodyStatus : std::uint8_t {
  kMore,      // everything given was consumed, and the body goes on
  kData,      // `data` is the next piece of content; call again with what is left
  kComplete,  // the body has ended; what is left is the next request's
  kError,     // error() and error_offset() are set; no later byte may be parsed
};

// What one step did. `consumed` bytes of the input are done with; `data` is a view into them.
// kComplete and kData may both carry data: a body that ends with its data says kComplete at once.
struct BodyStep {
  BodyStatus status;
  std::size_t consumed;
  std::string_view data;
};

// Decodes one body, piece by piece, without copying, allocating or needing the input contiguous:
//
//   decoder.Start(head.framing);
//   do { step = decoder.Decode(input, limits); use(step.data); input.remove_prefix(step.consumed);
//   } while (step.status == BodyStatus::kData);
//
// Trailer fields are checked by the rules and limits of fields and dropped. Any split of the input
// gives the same content, error kind and offset. One thread at a time.
class BodyDecoder {
 public:
  // Begins a body. One of kind kNone, or of length 0, is complete at the first Decode.
  void Start(const MessageFraming& framing) noexcept;

  // After kComplete or kError it consumes nothing and says the same again, until Start.
  BodyStep Decode(std::string_view input, const ParserLimits& limits) noexcept;

  // Bytes of content so far.
  std::uint64_t content_bytes() const noexcept { return content_bytes_; }
  ParseError error() const noexcept { return error_; }
  // Offset of the first byte that could not be accepted, from the first byte after the head. For a
  // limit: the first byte beyond it. body_too_large: where the size of the chunk that crosses it
  // starts (it is refused before its data come). trailer_forbidden: where the name starts.
  std::uint64_t error_offset() const noexcept { return error_offset_; }

 private:
  enum class State : std::uint8_t {
    kLengthData,
    kSizeStart,
    kSize,
    kSizeLf,
    kExtensionNameStart,
    kExtensionName,
    kExtensionValueStart,
    kExtensionToken,
    kExtensionQuoted,
    kExtensionEscaped,
    kExtensionQuoteEnd,
    kData,
    kDataCr,
    kDataLf,
    kTrailers,
    kComplete,
    kFailed,
  };

  // Each takes the byte at position_. False if it was refused: the state is kFailed.
  bool TakeByte(char c, const ParserLimits& limits) noexcept;
  bool TakeSize(char c, const ParserLimits& limits) noexcept;
  bool TakeSizeDigit(char c) noexcept;
  bool TakeSizeLf(char c, const ParserLimits& limits) noexcept;
  bool TakeExtension(char c, const ParserLimits& limits) noexcept;
  bool CountExtensionByte(const ParserLimits& limits) noexcept;
  bool TakeDataEnd(char c, const ParserLimits& limits) noexcept;
  bool TakeTrailer(char c, const ParserLimits& limits) noexcept;

  // Takes a short "size CRLF" at once if it is all there, else nothing. The bytes taken.
  std::size_t TakePlainSizeLine(std::string_view input, const ParserLimits& limits) noexcept;
  BodyStep TakeData(std::string_view input, std::size_t consumed) noexcept;
  // The state after `c` in an extension; kFailed if it cannot stand there.
  State StateAfterExtensionByte(char c) const noexcept;
  bool Fail(ParseError error, std::uint64_t offset) noexcept;

  State state_ = State::kComplete;
  ParseError error_ = ParseError::kNone;
  std::uint8_t size_digits_ = 0;
  std::uint32_t line_extension_bytes_ = 0;
  std::uint32_t body_extension_bytes_ = 0;
  std::uint64_t remaining_ = 0;  // of the chunk, or of Content-Length
  std::uint64_t content_bytes_ = 0;
  std::uint64_t position_ = 0;    // bytes taken, framing included
  std::uint64_t size_start_ = 0;  // position of the chunk's size
  std::uint64_t error_offset_ = 0;
  internal::TrailerParser trailers_;
};

}  // namespace weir

#endif  // WEIR_PARSER_BODY_DECODER_H_
