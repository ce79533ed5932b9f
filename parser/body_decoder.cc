#include "weir/parser/body_decoder.h"

#include <algorithm>

#include "weir/parser/chars.h"

namespace weir {
namespace {

using internal::Is;
using internal::IsBlank;

// So that size + 2, for the CRLF after the data, stays within 2^63 - 1 too.
constexpr std::uint64_t kMaxChunkSize = 0x7fffffffffffffff - 2;
constexpr std::uint8_t kMaxSizeDigits = 16;

std::uint64_t HexValue(char c) {
  return static_cast<std::uint64_t>(internal::IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

bool IsQuotedText(char c) {
  return c != '"' && c != '\\' && !Is(internal::kControlChar, c);
}

bool IsForbiddenTrailer(std::string_view name) {
  return name == "transfer-encoding" || name == "content-length" || name == "host";
}

}  // namespace

void BodyDecoder::Start(const MessageFraming& framing) noexcept {
  *this = BodyDecoder();
  if (framing.kind == BodyKind::kChunked) {
    state_ = State::kSizeStart;
  } else if (framing.has_body()) {
    state_ = State::kLengthData;
    remaining_ = framing.content_length;
  }
}

BodyStep BodyDecoder::Decode(std::string_view input, const ParserLimits& limits) noexcept {
  std::size_t consumed = 0;
  for (;;) {
    if (state_ == State::kComplete) return {BodyStatus::kComplete, consumed, {}};
    if (state_ == State::kFailed) return {BodyStatus::kError, consumed, {}};
    if (state_ == State::kSizeStart) {
      consumed += TakePlainSizeLine(input.substr(consumed), limits);
      if (state_ == State::kFailed) continue;
    }
    if (consumed == input.size()) return {BodyStatus::kMore, consumed, {}};
    if (state_ == State::kData || state_ == State::kLengthData) return TakeData(input, consumed);
    if (!TakeByte(input[consumed], limits)) continue;
    ++consumed;
    ++position_;
  }
}

BodyStep BodyDecoder::TakeData(std::string_view input, std::size_t consumed) noexcept {
  const std::size_t size = static_cast<std::size_t>(
      std::min<std::uint64_t>(remaining_, input.size() - consumed));
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

bool BodyDecoder::TakeByte(char c, const ParserLimits& limits) noexcept {
  if (state_ >= State::kTrailerStart) return TakeTrailer(c, limits);
  if (state_ >= State::kData) return TakeDataEnd(c, limits);
  if (state_ >= State::kExtensionName) return TakeExtension(c, limits);
  if (state_ == State::kSizeLf) return TakeSizeLf(c, limits);
  return TakeSize(c);
}

std::size_t BodyDecoder::TakePlainSizeLine(std::string_view input,
                                           const ParserLimits& limits) noexcept {
  constexpr std::size_t kMaxDigits = 7;  // too few to overflow anything
  std::size_t digits = 0;
  std::uint64_t size = 0;
  while (digits < input.size() && digits < kMaxDigits && Is(internal::kHexDigit, input[digits])) {
    size = size << 4 | HexValue(input[digits++]);
  }
  if (digits == 0 || input.size() - digits < 2 || input[digits] != '\r' ||
      input[digits + 1] != '\n') {
    return 0;
  }
  line_start_ = position_;
  remaining_ = size;
  position_ += digits + 1;
  if (!TakeSizeLf('\n', limits)) return digits + 1;
  ++position_;
  return digits + 2;
}

bool BodyDecoder::TakeSize(char c) noexcept {
  if (state_ == State::kSizeStart) {
    line_start_ = position_;
    size_digits_ = 0;
    remaining_ = 0;
    line_extension_bytes_ = 0;
  }
  if (Is(internal::kHexDigit, c)) {
    if (++size_digits_ > kMaxSizeDigits) return Fail(ParseError::kChunkSizeOverflow, position_);
    const std::uint64_t digit = HexValue(c);
    if (remaining_ > (kMaxChunkSize - digit) >> 4) {
      return Fail(ParseError::kChunkSizeOverflow, position_);
    }
    remaining_ = remaining_ << 4 | digit;
    state_ = State::kSize;
    return true;
  }
  if (c == '\n') return Fail(ParseError::kChunkDataNoCrlf, position_);
  if (state_ == State::kSizeStart) return Fail(ParseError::kChunkSizeInvalid, position_);
  if (c == '\r') {
    state_ = State::kSizeLf;
    return true;
  }
  if (c != ';') return Fail(ParseError::kChunkSizeInvalid, position_);
  return true;
}

bool BodyDecoder::TakeSizeLf(char c, const ParserLimits& limits) noexcept {
  if (c != '\n') return Fail(ParseError::kChunkDataNoCrlf, position_);
  if (remaining_ == 0) {
    state_ = State::kTrailerStart;
    trailers_start_ = position_ + 1;
    return true;
  }
  if (content_bytes_ > limits.max_body_bytes ||
      remaining_ > limits.max_body_bytes - content_bytes_) {
    return Fail(ParseError::kBodyTooLarge, line_start_);
  }
  state_ = State::kData;
  return true;
}

}  // namespace weir
