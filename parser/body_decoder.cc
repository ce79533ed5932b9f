#include "weir/parser/body_decoder.h"

#include <algorithm>

#include "weir/parser/chars.h"

namespace weir {
namespace {

using internal::Is;

// So that size + 2, for the CRLF after the data, stays within 2^63 - 1 too.
constexpr std::uint64_t kMaxChunkSize = 0x7fffffffffffffff - 2;
constexpr std::uint8_t kMaxSizeDigits = 16;

}  // namespace

// The members that this does not set are set where their state begins.
void BodyDecoder::StartBody(const MessageFraming& framing) noexcept {
  position_ = 0;
  body_extension_bytes_ = 0;
  if (framing.kind == BodyKind::kChunked) {
    state_ = State::kSizeStart;
  } else {
    state_ = State::kLengthData;
    remaining_ = framing.content_length;
  }
}

BodyStep BodyDecoder::DecodeAny(std::string_view input, const ParserLimits& limits) noexcept {
  std::size_t consumed = 0;
  for (;;) {
    if (state_ == State::kComplete) return {BodyStatus::kComplete, consumed, {}};
    if (state_ == State::kFailed) return {BodyStatus::kError, consumed, {}};
    if (consumed == input.size()) return {BodyStatus::kMore, consumed, {}};
    if (state_ == State::kData || state_ == State::kLengthData) return TakeData(input, consumed);
    if (state_ == State::kTrailers && trailer_use_ == TrailerUse::kGive) {
      return TakeTrailers(input, consumed, limits);
    }
    if (!TakeByte(input[consumed], limits)) continue;
    ++consumed;
    ++position_;
  }
}

BodyStep BodyDecoder::TakeData(std::string_view input, std::size_t consumed) noexcept {
  const std::size_t size =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - consumed));
  remaining_ -= size;
  content_bytes_ += size;
  position_ += size;
  BodyStatus status = BodyStatus::kData;
  if (remaining_ == 0) {
    const bool chunk = state_ == State::kData;
    state_ = chunk ? State::kDataCr : State::kComplete;
    if (!chunk) status = BodyStatus::kComplete;
  }
  return {status, consumed + size, input.substr(consumed, size)};
}

BodyStep BodyDecoder::TakeTrailers(std::string_view input, std::size_t consumed,
                                   const ParserLimits& limits) noexcept {
  const std::size_t start = consumed;
  while (consumed < input.size() && state_ == State::kTrailers &&
         TakeTrailer(input[consumed], limits)) {
    ++consumed;
    ++position_;
  }
  if (state_ == State::kFailed) return {BodyStatus::kError, consumed, {}};
  return {BodyStatus::kTrailers, consumed, input.substr(start, consumed - start)};
}

bool BodyDecoder::TakeByte(char c, const ParserLimits& limits) noexcept {
  switch (state_) {
    case State::kSizeStart:
    case State::kSize:
      return TakeSize(c, limits);
    case State::kSizeLf:
      return TakeSizeLf(c, limits);
    case State::kDataCr:
    case State::kDataLf:
      return TakeDataEnd(c, limits);
    case State::kTrailers:
      return TakeTrailer(c, limits);
    default:
      return TakeExtension(c, limits);
  }
}

bool BodyDecoder::TakeSize(char c, const ParserLimits& limits) noexcept {
  const bool first = state_ == State::kSizeStart;
  if (first) {
    size_start_ = position_;
    size_digits_ = 0;
    remaining_ = 0;
  }
  if (internal::HexValue(c) < 16) return TakeSizeDigit(c);
  if (c == '\n') return Fail(ParseError::kChunkDataNoCrlf, position_);
  if (!first && c == '\r') {
    state_ = State::kSizeLf;
    return true;
  }
  if (first || c != ';') return Fail(ParseError::kChunkSizeInvalid, position_);
  line_extension_bytes_ = 0;
  state_ = State::kExtensionNameStart;
  return CountExtensionByte(limits);
}

bool BodyDecoder::TakeSizeDigit(char c) noexcept {
  const std::uint64_t digit = internal::HexValue(c);
  if (size_digits_ == kMaxSizeDigits || remaining_ > (kMaxChunkSize - digit) >> 4) {
    return Fail(ParseError::kChunkSizeOverflow, position_);
  }
  ++size_digits_;
  remaining_ = remaining_ << 4 | digit;
  state_ = State::kSize;
  return true;
}

bool BodyDecoder::TakeSizeLf(char c, const ParserLimits& limits) noexcept {
  if (c != '\n') return Fail(ParseError::kChunkDataNoCrlf, position_);
  if (remaining_ == 0) {
    state_ = State::kTrailers;
    trailers_.Start(position_ + 1);
    return true;
  }
  if (content_bytes_ > limits.max_body_bytes ||
      remaining_ > limits.max_body_bytes - content_bytes_) {
    return Fail(ParseError::kBodyTooLarge, size_start_);
  }
  state_ = State::kData;
  return true;
}

bool BodyDecoder::TakeExtension(char c, const ParserLimits& limits) noexcept {
  if (c != '\r' && !CountExtensionByte(limits)) return false;
  const State next = StateAfterExtensionByte(c);
  if (next != State::kFailed) {
    state_ = next;
    return true;
  }
  const bool bare_lf =
      c == '\n' && state_ != State::kExtensionQuoted && state_ != State::kExtensionEscaped;
  return Fail(bare_lf ? ParseError::kChunkDataNoCrlf : ParseError::kChunkExtensionInvalid,
              position_);
}

bool BodyDecoder::CountExtensionByte(const ParserLimits& limits) noexcept {
  if (line_extension_bytes_ >= limits.max_chunk_extension_bytes ||
      body_extension_bytes_ >= limits.max_chunk_extensions_bytes_per_body) {
    return Fail(ParseError::kChunkExtensionTooLong, position_);
  }
  ++line_extension_bytes_;
  ++body_extension_bytes_;
  return true;
}

BodyDecoder::State BodyDecoder::StateAfterExtensionByte(char c) const noexcept {
  const bool token = Is(internal::kTokenChar, c);
  State end = State::kFailed;  // the state where an extension may end here
  if (c == ';') end = State::kExtensionNameStart;
  if (c == '\r') end = State::kSizeLf;
  switch (state_) {
    case State::kExtensionNameStart:
      return token ? State::kExtensionName : State::kFailed;
    case State::kExtensionName:
      if (c == '=') return State::kExtensionValueStart;
      return token ? State::kExtensionName : end;
    case State::kExtensionValueStart:
      if (c == '"') return State::kExtensionQuoted;
      return token ? State::kExtensionToken : State::kFailed;
    case State::kExtensionToken:
      return token ? State::kExtensionToken : end;
    case State::kExtensionQuoted:
      if (c == '"') return State::kExtensionQuoteEnd;
      if (c == '\\') return State::kExtensionEscaped;
      return Is(internal::kControlChar, c) ? State::kFailed : State::kExtensionQuoted;
    case State::kExtensionEscaped:
      return Is(internal::kControlChar, c) ? State::kFailed : State::kExtensionQuoted;
    default:
      return end;
  }
}

bool BodyDecoder::TakeDataEnd(char c, const ParserLimits& limits) noexcept {
  if (c != (state_ == State::kDataCr ? '\r' : '\n')) {
    return Fail(ParseError::kChunkDataNoCrlf, position_);
  }
  if (state_ == State::kDataCr) {
    state_ = State::kDataLf;
    return true;
  }
  const std::uint64_t overhead = position_ + 1 - content_bytes_;
  if (internal::IsOverheadTooMuch(overhead, content_bytes_, limits)) {
    return Fail(ParseError::kChunkOverhead, position_);
  }
  state_ = State::kSizeStart;
  return true;
}

bool BodyDecoder::TakeTrailer(char c, const ParserLimits& limits) noexcept {
  if (!trailers_.Take(c, position_, limits)) {
    return Fail(trailers_.error(), trailers_.error_offset());
  }
  if (trailers_.ended()) state_ = State::kComplete;
  return true;
}

bool BodyDecoder::Fail(ParseError error, std::uint64_t offset) noexcept {
  state_ = State::kFailed;
  error_ = error;
  error_offset_ = offset;
  return false;
}

}  // namespace weir
