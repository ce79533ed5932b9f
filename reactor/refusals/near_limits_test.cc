#include "weir/reactor/refusals/near_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void Add(SizesOfHeads* sizes, Size size, std::uint64_t value, std::uint64_t times = 1) {
  (*sizes)[static_cast<std::size_t>(size)].buckets[SizeBuckets::Index(value)] += times;
}

// 9990 heads of a usual size.
SizesOfHeads Usual() {
  SizesOfHeads sizes{};
  Add(&sizes, Size::kHead, 600, 9990);
  Add(&sizes, Size::kRequestLine, 80, 9990);
  Add(&sizes, Size::kLongestField, 200, 9990);
  Add(&sizes, Size::kFields, 12, 9990);
  return sizes;
}

TEST(NearLimitsTest, UsualHeadsAreFarFromAnyLimit) {
  EXPECT_THAT(FindNearLimits(Usual(), Limits()), IsEmpty());
}

TEST(NearLimitsTest, TellsWhenOneOfAThousandIsNear) {
  SizesOfHeads sizes = Usual();
  Add(&sizes, Size::kHead, 15100, 9);
  EXPECT_THAT(FindNearLimits(sizes, Limits()), IsEmpty()) << "they are fewer";
  Add(&sizes, Size::kHead, 15100, 2);
  const auto near = FindNearLimits(sizes, Limits());
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].limit->name, "max_head_bytes");
  EXPECT_EQ(near[0].size, 15359u) << "the largest of the bucket";
  EXPECT_EQ(near[0].percent(), 93u);
  EXPECT_EQ(near[0].samples, 10001u);
  EXPECT_EQ(near[0].text,
            "p99.9 of heads is at 93 % of max_head_bytes: 15359 of 16384 bytes in 10001 samples");
  EXPECT_EQ(near[0].fix, "weirctl limits set max_head_bytes=32768");
  Limits raised;
  raised.max_head_bytes = 32768;
  EXPECT_THAT(FindNearLimits(sizes, raised), IsEmpty());
}

TEST(NearLimitsTest, FewSamplesSayNothing) {
  SizesOfHeads sizes{};
  Add(&sizes, Size::kFields, 100, 99);
  EXPECT_THAT(FindNearLimits(sizes, Limits()), IsEmpty());
  Add(&sizes, Size::kFields, 100, 1);
  const auto near = FindNearLimits(sizes, Limits());
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].size, 100u) << "no larger than the limit that it was taken under";
  EXPECT_EQ(near[0].fix, "weirctl limits set max_fields=256");
}

TEST(NearLimitsTest, ALineNeedsAHeadThatHoldsIt) {
  SizesOfHeads sizes = Usual();
  Add(&sizes, Size::kLongestField, 8000, 1000);
  auto near = FindNearLimits(sizes, Limits());
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].limit->name, "max_field_bytes");
  EXPECT_EQ(near[0].fix, "weirctl limits set max_field_bytes=16384 max_head_bytes=32768");
  Limits small_heads;
  small_heads.max_head_bytes = 4096;
  Add(&sizes, Size::kRequestLine, 4000, 1000);
  near = FindNearLimits(sizes, small_heads);
  ASSERT_EQ(near.size(), 2u);
  EXPECT_EQ(near[0].limit->name, "max_request_line_bytes");
  EXPECT_EQ(near[0].value, 4096u) << "it acts as max_head_bytes";
}

TEST(NearLimitsTest, NamesCookies) {
  SizesOfHeads sizes = Usual();
  Add(&sizes, Size::kLongestField, 7000, 1000);
  EXPECT_THAT(FindNearLimits(sizes, Limits())[0].fix, Not(HasSubstr("cookies")));
  Add(&sizes, Size::kCookie, 7000, 500);
  const auto near = FindNearLimits(sizes, Limits());
  EXPECT_THAT(near[0].text, HasSubstr("; cookies have 7167"));
  EXPECT_THAT(near[0].fix, HasSubstr("smaller cookies"));
}

TEST(NearLimitsTest, WhatCanNotBeRaised) {
  SizesOfHeads sizes{};
  Add(&sizes, Size::kHead, 1 << 20, 1000);
  Limits most;
  most.max_head_bytes = 1 << 20;
  const auto near = FindNearLimits(sizes, most);
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].percent(), 100u);
  EXPECT_THAT(near[0].fix, HasSubstr("can't be raised"));
}

TEST(NearLimitsTest, SumsTheReactors) {
  std::vector<ReactorStats> reactors(2);
  Add(&reactors[0].sizes, Size::kFields, 90, 60);
  Add(&reactors[1].sizes, Size::kFields, 90, 40);
  EXPECT_EQ(FindNearLimits(SumOfSizes(reactors), Limits()).size(), 1u);
}

}  // namespace
}  // namespace weir
