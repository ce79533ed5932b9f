#include "weir/reactor/size_histogram.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

// Every bucket ends where the next begins.
TEST(SizeBucketsTest, CoverEverySizeOnce) {
  EXPECT_EQ(SizeBuckets::Index(0), 0u);
  for (std::size_t i = 0; i + 1 < SizeBuckets::kCount; ++i) {
    const std::uint64_t end = SizeBuckets::End(i);
    EXPECT_EQ(SizeBuckets::Index(end - 1), i);
    EXPECT_EQ(SizeBuckets::Index(end), i + 1);
  }
  EXPECT_EQ(SizeBuckets::Index(~std::uint64_t{0}), SizeBuckets::kCount - 1);
  EXPECT_EQ(SizeBuckets::End(SizeBuckets::kCount - 1), ~std::uint64_t{0});
}

TEST(SizeBucketsTest, AreExactOrAtMostASixteenthWide) {
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(SizeBuckets::End(i), i + 1);
  for (std::size_t i = 32; i + 1 < SizeBuckets::kCount; ++i) {
    const std::uint64_t begin = SizeBuckets::End(i - 1);
    EXPECT_LE((SizeBuckets::End(i) - begin) * 16, begin) << i;
  }
  EXPECT_EQ(SizeBuckets::End(SizeBuckets::kCount - 2), std::uint64_t{1} << 21);
}

TEST(SizeCountsTest, FindsWhatSoManyDoNotExceed) {
  SizeCounts counts;
  EXPECT_EQ(counts.AtMost(999), 0u);
  counts.buckets[SizeBuckets::Index(100)] = 998;
  counts.buckets[SizeBuckets::Index(200)] = 1;
  counts.buckets[SizeBuckets::Index(16384)] = 1;
  EXPECT_EQ(counts.AtMost(500), 103u) << "the largest size of the bucket of 100";
  EXPECT_EQ(counts.AtMost(998), 103u);
  EXPECT_EQ(counts.AtMost(999), 207u);
  EXPECT_EQ(counts.AtMost(1000), 17407u);
  SizeCounts one;
  one.buckets[7] = 1;
  EXPECT_EQ(one.AtMost(1), 7u);
  EXPECT_EQ(one.AtMost(1000), 7u);
}

TEST(SizeCountsTest, AddsUpAndTakesApart) {
  SizeCounts a;
  SizeCounts b;
  a.buckets[3] = 2;
  a.sum = 6;
  b.buckets[3] = 1;
  b.buckets[SizeBuckets::kCount - 1] = 4;
  b.sum = 5;
  SizeCounts both = a;
  both.Merge(b);
  EXPECT_EQ(both.buckets[3], 3u);
  EXPECT_EQ(both.count(), 7u);
  EXPECT_EQ(both.sum, 11u);
  const SizeCounts later = both.Since(a);
  EXPECT_EQ(later.buckets, b.buckets);
  EXPECT_EQ(later.sum, 5u);
}

}  // namespace
}  // namespace weir
