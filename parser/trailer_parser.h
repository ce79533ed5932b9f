// The trailer section of a chunked body (RFC 9112 section 7.1.2). Internal to BodyDecoder.

#ifndef WEIR_PARSER_TRAILER_PARSER_H_
#define WEIR_PARSER_TRAILER_PARSER_H_

#include <cstddef>
#include <cstdint>

#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"

namespace weir::internal {

// Checks a trailer section byte by byte and keeps nothing of it but the name of the current line,
// as far as it could be a forbidden one.
class TrailerParser {
 public:
  // Begins a section whose first byte will have offset `start`.
  void Start(std::uint64_t start) noexcept;

  // Takes the byte at `offset`. False if it was refused: error() and error_offset() are set.
  bool Take(char c, std::uint64_t offset, const ParserLimits& limits) noexcept;

  // Whether the empty line has ended the section.
  bool ended() const noexcept { return state_ == State::kEnded; }
  ParseError error() const noexcept { return error_; }
  std::uint64_t error_offset() const noexcept { return error_offset_; }

 private:
  enum class State : std::uint8_t { kLineStart, kName, kValue, kLineLf, kLastLf, kEnded };

  bool TakeInState(char c, std::uint64_t offset, const ParserLimits& limits) noexcept;
  bool TakeLineStart(char c, std::uint64_t offset, const ParserLimits& limits) noexcept;
  bool TakeName(char c, std::uint64_t offset) noexcept;
  bool TakeValue(char c, std::uint64_t offset) noexcept;
  bool TakeLf(char c, std::uint64_t offset) noexcept;
  bool Fail(ParseError error, std::uint64_t offset) noexcept;

  static constexpr std::size_t kNameCapacity = 18;  // one more than the longest forbidden name

  std::uint64_t start_ = 0;
  std::uint64_t line_start_ = 0;
  std::uint64_t error_offset_ = 0;
  std::uint32_t lines_ = 0;
  State state_ = State::kLineStart;
  ParseError error_ = ParseError::kNone;
  std::uint8_t name_bytes_ = 0;    // at most kNameCapacity
  char name_[kNameCapacity] = {};  // lower case
};

}  // namespace weir::internal

#endif  // WEIR_PARSER_TRAILER_PARSER_H_
