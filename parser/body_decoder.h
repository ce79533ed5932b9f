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
  kTrailers,  // `data` is the next piece of the trailer section: only if Start asked for it
  kComplete,  // the body has ended; what is left is the next request's
  kError,     // error() and error_offset() are set; no later byte may be parsed
};

// What becomes of a trailer section (RFC 9110 section 6.5): it is never merged into the fields.
enum class TrailerUse : std::uint8_t {
  kDrop,  // checked and forgotten
  kGive,  // checked and given, as received, in steps with status kTrailers
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
// Trailer fields are checked by the rules and limits of fields, then dropped unless Start asks for
// them: see SplitTrailers in trailer_fields.h. Any split of the input gives the same content, error
// kind and offset. One thread at a time.
class BodyDecoder {
 public:
  // Begins a body. One of kind kNone, or of length 0, is complete at the first Decode.
  void Start(const MessageFraming& framing, TrailerUse trailers = TrailerUse::kDrop) noexcept;

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

  // Takes a chunk without extensions from its size to the CRLF after its data, if all of it is
  // there and nothing is wrong with it; else nothing.
  BodyStep TakeWholeChunk(std::string_view input, const ParserLimits& limits) noexcept;
  BodyStep DecodeAny(std::string_view input, const ParserLimits& limits) noexcept;
  BodyStep TakeData(std::string_view input, std::size_t consumed) noexcept;
  BodyStep TakeTrailers(std::string_view input, std::size_t consumed,
                        const ParserLimits& limits) noexcept;
  void StartBody(const MessageFraming& framing) noexcept;
  // The state after `c` in an extension; kFailed if it cannot stand there.
  State StateAfterExtensionByte(char c) const noexcept;
  bool Fail(ParseError error, std::uint64_t offset) noexcept;

  State state_ = State::kComplete;
  ParseError error_ = ParseError::kNone;
  TrailerUse trailer_use_ = TrailerUse::kDrop;
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

namespace internal {

// 0 to 15, or more if `c` is no hexadecimal digit.
inline unsigned HexValue(char c) noexcept {
  const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
  if (digit <= 9) return digit;
  const unsigned letter = (static_cast<unsigned char>(c) | 0x20u) - unsigned{'a'};
  return letter <= 5 ? letter + 10 : 16;
}

// Whether framing is over three quarters of all bytes, and not few.
inline bool IsOverheadTooMuch(std::uint64_t overhead, std::uint64_t content,
                              const ParserLimits& limits) noexcept {
  return overhead >= limits.max_chunk_overhead_bytes && (overhead - 1) / 3 >= content;
}

}  // namespace internal

// Inline, since most requests have no content: then all this costs is a few stores.
inline void BodyDecoder::Start(const MessageFraming& framing, TrailerUse trailers) noexcept {
  state_ = State::kComplete;
  error_ = ParseError::kNone;
  trailer_use_ = trailers;
  content_bytes_ = 0;
  error_offset_ = 0;
  if (framing.has_body()) StartBody(framing);
}

// Inline, since small chunks cost little more than the call.
inline BodyStep BodyDecoder::Decode(std::string_view input, const ParserLimits& limits) noexcept {
  if (state_ == State::kSizeStart) {
    const BodyStep step = TakeWholeChunk(input, limits);
    if (step.consumed != 0) return step;
  } else if (state_ == State::kComplete) {
    return {BodyStatus::kComplete, 0, {}};
  }
  return DecodeAny(input, limits);
}

inline BodyStep BodyDecoder::TakeWholeChunk(std::string_view input,
                                            const ParserLimits& limits) noexcept {
  constexpr BodyStep kNothing = {BodyStatus::kMore, 0, {}};
  constexpr std::size_t kMaxDigits = 7;  // too few to overflow anything
  std::uint64_t size = 0;
  std::size_t start = 0;
  for (; start < input.size(); ++start) {
    const unsigned value = internal::HexValue(input[start]);
    if (value > 15) break;
    if (start == kMaxDigits) return kNothing;
    size = size << 4 | value;
  }
  if (size == 0 || input.size() - start < size + 4) return kNothing;
  const char* const line_end = input.data() + start;
  const char* const data_end = line_end + 2 + size;
  if (line_end[0] != '\r' || line_end[1] != '\n' || data_end[0] != '\r' || data_end[1] != '\n') {
    return kNothing;
  }
  const std::size_t consumed = start + size + 4;
  const std::uint64_t content = content_bytes_ + size;
  const std::uint64_t overhead = position_ + consumed - content;
  if (content > limits.max_body_bytes || internal::IsOverheadTooMuch(overhead, content, limits)) {
    return kNothing;
  }
  content_bytes_ = content;
  position_ += consumed;
  return {BodyStatus::kData, consumed, {line_end + 2, static_cast<std::size_t>(size)}};
}

}  // namespace weir

#endif  // WEIR_PARSER_BODY_DECODER_H_
