#include "weir/parser/chars.h"

#include <gtest/gtest.h>

#include <cctype>

#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

TEST(Chars, TheNibbleTablesSayTheSameOfAll256Bytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const int classes = byte < 128 ? kLowNibbles[byte & 15] & kHighNibbles[byte >> 4] : 0;
    const char c = static_cast<char>(byte);
    EXPECT_EQ((classes & 0x1f) != 0, Is(kTokenChar, c)) << byte;
    EXPECT_EQ((classes & 0xe0) != 0, Is(kControlChar, c)) << byte;
    EXPECT_FALSE((classes & 0x1f) != 0 && (classes & 0xe0) != 0) << byte;
  }
}

TEST(Chars, ClassesAreTheGrammars) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool ascii = byte < 128;
    EXPECT_EQ(Is(kControlChar, c), ascii && byte != '\t' && std::iscntrl(byte) != 0) << byte;
    EXPECT_EQ(Is(kHexDigit, c), ascii && std::isxdigit(byte) != 0) << byte;
    EXPECT_EQ(Is(kTargetEndChar, c), !ascii || byte == '#' || std::isgraph(byte) == 0) << byte;
    if (ascii && std::isalnum(byte) != 0) {
      EXPECT_TRUE(Is(kTokenChar, c) && Is(kRegNameChar, c) && Is(kSchemeChar, c)) << byte;
    }
  }
}

TEST(Chars, OnlyTheCaseOfLettersIsIgnored) {
  EXPECT_TRUE(EqualsIgnoringCase("aBz-9", "AbZ-9"));
  EXPECT_FALSE(EqualsIgnoringCase("a[", "a{"));
  EXPECT_FALSE(EqualsIgnoringCase("a@", "a`"));
  EXPECT_FALSE(EqualsIgnoringCase("a", "ab"));
  EXPECT_TRUE(EqualsIgnoringCase("", ""));
}

TEST(Chars, TrimsBlanksAndNothingElse) {
  EXPECT_EQ(TrimBlanks(" \ta b\t "), "a b");
  EXPECT_EQ(TrimBlanks("\xa0\x85"), "\xa0\x85");
  EXPECT_EQ(TrimBlanks(" \t"), "");
}

}  // namespace
}  // namespace weir::internal
