#include "weir/control/weirctl/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

using testing::Each;
using testing::EndsWith;
using testing::Le;
using testing::SizeIs;

TEST(TypingDistanceTest, CountsWhatDiffers) {
  EXPECT_EQ(TypingDistance("", ""), 0u);
  EXPECT_EQ(TypingDistance("abc", "abc"), 0u);
  EXPECT_EQ(TypingDistance("", "abc"), 3u);
  EXPECT_EQ(TypingDistance("abc", ""), 9u);
  EXPECT_EQ(TypingDistance("ac", "abc"), 1u);
  EXPECT_EQ(TypingDistance("axc", "abc"), 3u);
  EXPECT_EQ(TypingDistance("abcd", "abc"), 3u);
  EXPECT_EQ(TypingDistance("acb", "abc"), 1u);
}

TEST(NearestLimitsTest, FindsWhatWasMeant) {
  const std::pair<const char*, const char*> cases[] = {{"max_heads", "max_head_bytes"},
                                                       {"max_haed", "max_head_bytes"},
                                                       {"max_header_bytes", "max_head_bytes"},
                                                       {"backlog", "listen_backlog"},
                                                       {"max_conections", "max_connections"},
                                                       {"max-body-bytes", "max_body_bytes"},
                                                       {"idle_timeout", "idle_timeout_ms"},
                                                       {"MAX_FIELDS", "max_fields"},
                                                       {"request_line", "max_request_line_bytes"},
                                                       {"accept_budget", "accept_budget_per_tick"}};
  for (const auto& [typed, meant] : cases) {
    EXPECT_EQ(NearestLimits(typed).front(), meant) << typed;
  }
}

TEST(NearestLimitsTest, NamesSeveralThatAreAboutAsNear) {
  EXPECT_THAT(NearestLimits("timeout_ms"), SizeIs(3));
  EXPECT_THAT(NearestLimits("timeout_ms"), Each(EndsWith("_timeout_ms")));
}

TEST(NearestLimitsTest, NeverMoreThanThreeAndNeverNone) {
  for (const char* typed : {"", "zzzz", "=", "max_"}) {
    EXPECT_THAT(NearestLimits(typed), SizeIs(testing::AllOf(Le(3u), testing::Ge(1u)))) << typed;
  }
  for (const LimitSpec& spec : LimitSpecs()) {
    EXPECT_EQ(NearestLimits(spec.name).front(), spec.name);
  }
}

}  // namespace
}  // namespace weir
