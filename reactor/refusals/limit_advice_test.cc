// The limit of an error is the one that `weirctl explain` names, and the advice is in its range.
#include "weir/reactor/refusals/limit_advice.h"

#include <gtest/gtest.h>

#include <string>

#include "weir/parser/explain/error_limit.h"
#include "weir/reactor/limits.h"

namespace weir {
namespace {

TEST(LimitAdviceTest, AgreesWithTheExplanation) {
  int with_limit = 0;
  for (std::size_t i = 0; i < kParseErrorCount; ++i) {
    const auto error = static_cast<ParseError>(i);
    const std::string explained = internal::LimitText(error, Limits().parser());
    const LimitSpec* const limit = LimitOf(error);
    const std::string name = limit == nullptr ? "" : std::string(limit->name);
    EXPECT_EQ(explained.substr(0, explained.find(' ')), name) << Describe(error).name;
    with_limit += limit != nullptr;
  }
  EXPECT_EQ(with_limit, 10);
}

TEST(LimitAdviceTest, SuggestsWhatMayBeSet) {
  const LimitSpec& body = *FindLimitSpec("max_body_bytes");
  EXPECT_EQ(SuggestValue(body, 1024 * 1024, 0), 2u * 1024 * 1024);
  EXPECT_EQ(SuggestValue(body, 1024 * 1024, 5'000'000), 8u * 1024 * 1024);
  EXPECT_EQ(SuggestValue(body, 0, 0), 2u);
  EXPECT_EQ(SuggestValue(body, 5, ~std::uint64_t{0}), body.max);
  EXPECT_EQ(SuggestValue(body, body.max - 1, 0), body.max);
  EXPECT_EQ(SuggestValue(body, body.max, 0), 0u);
  EXPECT_EQ(SuggestValue(*FindLimitSpec("max_head_bytes"), 20, 0), 128u);
}

}  // namespace
}  // namespace weir
