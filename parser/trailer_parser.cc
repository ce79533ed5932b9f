#include "weir/parser/trailer_parser.h"

#include <string_view>

#include "weir/parser/chars.h"

namespace weir::internal {
namespace {

bool IsForbidden(std::string_view name) {
  return name == "transfer-encoding" || name == "content-length" || name == "host";
}

}  // namespace

void TrailerParser::Start(std::uint64_t start) noexcept {
  *this = TrailerParser();
  start_ = start;
}

bool TrailerParser::Take(char c, std::uint64_t offset, const ParserLimits& limits) noexcept {
  if (!TakeInState(c, offset, limits)) return false;
  if (ended() || offset + 1 - start_ < limits.max_head_bytes) return true;
  return Fail(ParseError::kTrailersTooLarge, offset + 1);
}

bool TrailerParser::TakeInState(char c, std::uint64_t offset, const ParserLimits& limits) noexcept {
  if (state_ == State::kLineLf || state_ == State::kLastLf) return TakeLf(c, offset);
  if (state_ == State::kLineStart) return TakeLineStart(c, offset, limits);
  if (c != '\r' && offset - line_start_ >= limits.max_field_bytes) {
    return Fail(ParseError::kTrailerTooLong, offset);
  }
  return state_ == State::kName ? TakeName(c, offset) : TakeValue(c, offset);
}

bool TrailerParser::TakeLineStart(char c, std::uint64_t offset,
                                  const ParserLimits& limits) noexcept {
  if (c == '\r') {
    state_ = State::kLastLf;
    return true;
  }
  if (lines_ >= limits.max_fields) return Fail(ParseError::kTooManyTrailers, offset);
  if (IsBlank(c)) return Fail(ParseError::kTrailerObsFold, offset);
  if (c == ':') return Fail(ParseError::kTrailerNameEmpty, offset);
  ++lines_;
  line_start_ = offset;
  name_bytes_ = 0;
  state_ = State::kName;
  return TakeName(c, offset);
}

bool TrailerParser::TakeName(char c, std::uint64_t offset) noexcept {
  if (Is(kTokenChar, c)) {
    if (name_bytes_ < kNameCapacity) name_[name_bytes_++] = ToLower(c);
    return true;
  }
  if (c == '\n') return Fail(ParseError::kBareLf, offset);
  if (c == '\r') return Fail(ParseError::kTrailerNoColon, offset);
  if (IsBlank(c)) return Fail(ParseError::kTrailerSpaceBeforeColon, offset);
  if (c != ':') return Fail(ParseError::kTrailerNameInvalid, offset);
  if (IsForbidden({name_, name_bytes_})) return Fail(ParseError::kTrailerForbidden, line_start_);
  state_ = State::kValue;
  return true;
}

bool TrailerParser::TakeValue(char c, std::uint64_t offset) noexcept {
  if (!Is(kControlChar, c)) return true;
  if (c == '\n') return Fail(ParseError::kBareLf, offset);
  if (c != '\r') return Fail(ParseError::kTrailerValueInvalid, offset);
  state_ = State::kLineLf;
  return true;
}

bool TrailerParser::TakeLf(char c, std::uint64_t offset) noexcept {
  if (c != '\n') return Fail(ParseError::kBareCr, offset);
  state_ = state_ == State::kLastLf ? State::kEnded : State::kLineStart;
  return true;
}

bool TrailerParser::Fail(ParseError error, std::uint64_t offset) noexcept {
  error_ = error;
  error_offset_ = offset;
  return false;
}

}  // namespace weir::internal
