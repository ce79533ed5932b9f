#include "weir/reactor/log_histogram.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

// Every bucket ends where the next begins.
TEST(LogBucketsTest, CoverEveryValueOnce) {
  EXPECT_EQ(LogBuckets::Index(0), 0u);
  for (std::size_t i = 0; i + 1 < LogBuckets::kCount; ++i) {
    const std::uint64_t end = LogBuckets::EndNs(i);
    EXPECT_EQ(LogBuckets::Index(end - 1), i);
    EXPECT_EQ(LogBuckets::Index(end), i + 1);
  }
  EXPECT_EQ(LogBuckets::Index(~std::uint64_t{0}), LogBuckets::kCount - 1);
  EXPECT_EQ(LogBuckets::EndNs(LogBuckets::kCount - 1), ~std::uint64_t{0});
}

TEST(LogBucketsTest, AreAtMostAnEighthWide) {
  for (std::size_t i = 1; i + 1 < LogBuckets::kCount; ++i) {
    const std::uint64_t begin = LogBuckets::EndNs(i - 1);
    EXPECT_LE((LogBuckets::EndNs(i) - begin) * 8, begin) << i;
  }
}

TEST(LogBucketsTest, ReachFromAMicrosecondToTwoMinutes) {
  EXPECT_EQ(LogBuckets::EndNs(0), 1024u);
  EXPECT_EQ(LogBuckets::EndNs(LogBuckets::kCount - 2), std::uint64_t{1} << 37);
  EXPECT_EQ(LogBuckets::kCount, 218u);
}

TEST(HistogramCountsTest, AMergeHasAllSamples) {
  HistogramCounts a;
  HistogramCounts b;
  a.buckets[3] = 2;
  a.sum_ns = 10;
  b.buckets[3] = 1;
  b.buckets[LogBuckets::kCount - 1] = 4;
  b.sum_ns = 5;
  a.Merge(b);
  EXPECT_EQ(a.buckets[3], 3u);
  EXPECT_EQ(a.count(), 7u);
  EXPECT_EQ(a.sum_ns, 15u);
}

}  // namespace
}  // namespace weir
