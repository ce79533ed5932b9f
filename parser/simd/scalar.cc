// The kernel for every CPU: one table look-up a byte, and eight bytes of a value at a time.

#include "weir/parser/chars.h"
#include "weir/parser/simd/kernel.h"

namespace weir::internal {
namespace {

#include "weir/parser/simd/loads.inc"

inline std::uint64_t LoadLittleEndian(const char* data) {
  const std::uint64_t word = Load64(data);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : __builtin_bswap64(word);
}

constexpr std::uint64_t EightTimes(std::uint64_t byte) { return 0x0101010101010101 * byte; }

// Sets the highest bit of the first byte, of those that are below 0x20 or 0x7f; bytes after it may
// be marked wrongly, by a borrow.
inline std::uint64_t MarkLowOrDel(std::uint64_t word) {
  const std::uint64_t low = word - EightTimes(0x20);
  const std::uint64_t del = (word ^ EightTimes(0x7f)) - EightTimes(1);
  return (low | del) & ~word & EightTimes(0x80);
}

// How many of the first of four bytes are of the class.
WEIR_INLINE std::size_t LeadingOfFour(std::uint8_t char_class, const char* bytes) {
  if (!Is(char_class, bytes[0])) return 0;
  if (!Is(char_class, bytes[1])) return 1;
  if (!Is(char_class, bytes[2])) return 2;
  return Is(char_class, bytes[3]) ? 4 : 3;
}

inline std::size_t NotTokenFrom(const char* data, std::size_t size, std::size_t from) {
  for (; size - from >= 4; from += 4) {
    const std::size_t count = LeadingOfFour(kTokenChar, data + from);
    if (count < 4) return from + count;
  }
  while (from < size && Is(kTokenChar, data[from])) ++from;
  return from;
}

inline std::size_t ControlFrom(const char* data, std::size_t size, std::size_t from) {
  while (size - from >= 8) {
    const std::uint64_t marks = MarkLowOrDel(LoadLittleEndian(data + from));
    if (marks == 0) {
      from += 8;
      continue;
    }
    from += static_cast<std::size_t>(__builtin_ctzll(marks)) / 8;
    if (data[from] != '\t') return from;
    ++from;
  }
  while (from < size && !Is(kControlChar, data[from])) ++from;
  return from;
}

std::size_t TargetEndFrom(const char* data, std::size_t size, std::size_t from,
                          std::uint32_t* mark) {
  for (; from < size && !Is(kTargetEndChar, data[from]); ++from) {
    if (data[from] == '?' && *mark == 0) *mark = static_cast<std::uint32_t>(from);
  }
  return from;
}

inline std::size_t NearNotToken(const char* data, std::size_t size) {
  return NotTokenFrom(data, size, 0);
}

inline std::size_t NearTargetEnd(const char* data, std::size_t size, std::size_t from,
                                 std::uint32_t* mark) {
  return TargetEndFrom(data, size, from, mark);
}

// Behind the value is a CR, which ends it.
WEIR_INLINE std::size_t RegNameBytes(const char* value, std::size_t, const HeadInput&) {
  for (std::size_t at = 0;; at += 4) {
    const std::size_t count = LeadingOfFour(kRegNameChar, value + at);
    if (count < 4) return at + count;
  }
}

// No input is too short for this kernel's way.
constexpr bool IsShort(const HeadInput&) { return false; }
constexpr std::size_t kLeastHead = 0;

class Cursor {
 public:
  Cursor(const char* data, std::ptrdiff_t size, std::ptrdiff_t max_line_bytes)
      : end_(data + size), max_line_bytes_(max_line_bytes) {}

  bool Start(std::ptrdiff_t at, bool) const { return at < 0; }
  bool MoveOn(std::ptrdiff_t at) const { return at < 0; }
  bool FindEnds(std::ptrdiff_t line, std::ptrdiff_t* name_length,
                std::ptrdiff_t* line_length) const {
    const auto rest = static_cast<std::size_t>(-line);
    const std::size_t colon = NotTokenFrom(end_ + line, rest, 0);
    *name_length = *line_length = 0;
    if (colon == rest) return false;
    *name_length = static_cast<std::ptrdiff_t>(colon);
    const std::size_t end = ControlFrom(end_ + line, rest, colon);
    if (end == rest) return false;
    *line_length = static_cast<std::ptrdiff_t>(end);
    return *line_length <= max_line_bytes_;
  }

 private:
  const char* const end_;
  const std::ptrdiff_t max_line_bytes_;
};

#include "weir/parser/simd/field_lines.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadScalar(HeadState* state, const HeadInput& input) {
  return ParseAnyHead(state, input);
}

}  // namespace weir::internal
