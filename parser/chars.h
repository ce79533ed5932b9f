// Classes of bytes (RFC 9110 section 5.6.2, RFC 3986 sections 2 and 3.2.2). Internal.

#ifndef WEIR_PARSER_CHARS_H_
#define WEIR_PARSER_CHARS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace weir::internal {

inline constexpr std::uint8_t kTokenChar = 1;      // tchar
inline constexpr std::uint8_t kControlChar = 2;    // 00-1F but HTAB, and 7F
inline constexpr std::uint8_t kTargetEndChar = 4;  // all outside 0x21-0x7e, and '#'
inline constexpr std::uint8_t kRegNameChar = 8;    // unreserved and sub-delims but ','
inline constexpr std::uint8_t kHexDigit = 16;
inline constexpr std::uint8_t kSchemeChar = 32;  // ALPHA, DIGIT, '+', '-', '.'

constexpr bool IsAlpha(unsigned char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
constexpr bool IsDigit(unsigned char c) { return c >= '0' && c <= '9'; }
constexpr bool IsBlank(unsigned char c) { return c == ' ' || c == '\t'; }

constexpr std::array<std::uint8_t, 256> MakeCharClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned i = 0; i < 256; ++i) {
    const auto c = static_cast<unsigned char>(i);
    const bool alnum = IsAlpha(c) || IsDigit(c);
    std::uint8_t set = 0;
    if ((c < 0x20 && c != '\t') || c == 0x7f) set |= kControlChar;
    if (c <= 0x20 || c >= 0x7f || c == '#') set |= kTargetEndChar;
    if (alnum) set |= kTokenChar | kRegNameChar | kSchemeChar;
    if (IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) set |= kHexDigit;
    classes[i] = set;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    classes[static_cast<unsigned char>(c)] |= kTokenChar;
  }
  for (const char c : std::string_view("-._~!$&'()*+;=")) {
    classes[static_cast<unsigned char>(c)] |= kRegNameChar;
  }
  for (const char c : std::string_view("+-.")) {
    classes[static_cast<unsigned char>(c)] |= kSchemeChar;
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> kCharClasses = MakeCharClasses();

constexpr bool Is(std::uint8_t char_class, char c) {
  return (kCharClasses[static_cast<unsigned char>(c)] & char_class) != 0;
}

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Whether the texts are equal but for the case of ASCII letters.
constexpr bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

// Whether the text of a target or field value is `lower`, of at least 4 and at most 16 letters,
// digits and hyphens, but for the case of letters. Setting bit 5 folds letters; all else that it
// makes equal to such a byte is a control, which no target or value has.
template <std::size_t N>
bool IsFolded(std::string_view text, const char (&lower)[N]) {
  constexpr std::size_t kLength = N - 1;
  static_assert(kLength >= 4 && kLength <= 16, "two words cover it");
  using Word = std::conditional_t<(kLength < 8), std::uint32_t, std::uint64_t>;
  constexpr auto kFold = static_cast<Word>(0x2020202020202020);
  if (text.size() != kLength) return false;
  Word words[4];
  std::memcpy(&words[0], text.data(), sizeof(Word));
  std::memcpy(&words[1], text.data() + kLength - sizeof(Word), sizeof(Word));
  std::memcpy(&words[2], lower, sizeof(Word));
  std::memcpy(&words[3], lower + kLength - sizeof(Word), sizeof(Word));
  return (words[0] | kFold) == words[2] && (words[1] | kFold) == words[3];
}

constexpr std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace weir::internal

#endif  // WEIR_PARSER_CHARS_H_
