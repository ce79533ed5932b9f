#include "weir/parser/parse_error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weir {
namespace {

TEST(ParseError, EveryKindHasACompleteRow) {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"),
              std::string_view::npos);
    EXPECT_GE(info.status, 400) << info.name;
    EXPECT_LT(info.status, 600) << info.name;
    EXPECT_EQ(info.section.substr(0, 4), "RFC ") << info.name;
    ASSERT_FALSE(info.text.empty()) << info.name;
    EXPECT_EQ(info.text.back(), '.') << info.name;
  }
}

TEST(ParseError, NoneAndUnknownValuesHaveTheFirstRow) {
  EXPECT_EQ(Describe(ParseError::kNone).name, "none");
  EXPECT_EQ(Describe(ParseError::kNone).status, 0);
  EXPECT_EQ(&Describe(static_cast<ParseError>(255)), &Describe(ParseError::kNone));
  EXPECT_EQ(&Describe(static_cast<ParseError>(kParseErrorCount)), &Describe(ParseError::kNone));
}

TEST(ParseError, SizesAreAnsweredByTheirOwnStatus) {
  EXPECT_EQ(Describe(ParseError::kTargetTooLong).status, 414);
  EXPECT_EQ(Describe(ParseError::kBodyTooLarge).status, 413);
  for (const ParseError error :
       {ParseError::kFieldTooLong, ParseError::kHeadTooLarge, ParseError::kTooManyFields,
        ParseError::kTrailerTooLong, ParseError::kTrailersTooLarge, ParseError::kTooManyTrailers}) {
    EXPECT_EQ(Describe(error).status, 431) << Describe(error).name;
  }
}

}  // namespace
}  // namespace weir
