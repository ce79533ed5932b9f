#include "weir/control/weirctl/histogram_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace weir {
namespace {

using testing::ElementsAre;

void Add(admin::v1::ReactorStats* reactor, std::uint64_t end_ns, std::uint64_t count) {
  auto* const bucket = (*reactor->mutable_timings())["request"].add_buckets();
  bucket->set_end_ns(end_ns);
  bucket->set_count(count);
}

TEST(HistogramTableTest, MergesReactorsAndComputesPercentiles) {
  admin::v1::Stats stats;
  EXPECT_EQ(TimingRows(stats).size(), 1u);
  Add(stats.add_reactors(), 1024, 500);
  Add(stats.mutable_reactors(0), 2'000'000, 400);
  (*stats.mutable_reactors(0)->mutable_timings())["body"];  // no sample: no row
  Add(stats.add_reactors(), 2'000'000, 90);
  Add(stats.mutable_reactors(1), 3'000'000'000, 9);
  Add(stats.mutable_reactors(1), std::numeric_limits<std::uint64_t>::max(), 1);
  const auto rows = TimingRows(stats);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[1],
              ElementsAre("request", "1000", "1.0 us", "2.0 ms", "2.0 ms", "3.0 s", "> 137 s"));
}

TEST(HistogramTableTest, HasTheSizesOfAllReactors) {
  admin::v1::Stats stats;
  const auto add = [](admin::v1::ReactorStats* reactor, std::uint64_t end, std::uint64_t count) {
    auto* const bucket = (*reactor->mutable_sizes())["head"].add_buckets();
    bucket->set_end(end);
    bucket->set_count(count);
  };
  add(stats.add_reactors(), 608, 989);
  add(stats.mutable_reactors(0), 7168, 10);
  add(stats.add_reactors(), std::numeric_limits<std::uint64_t>::max(), 1);
  (*stats.mutable_reactors(1)->mutable_sizes())["cookie"];  // no sample: no row
  const auto rows = SizeRows(stats);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[1], ElementsAre("head", "1000", "607", "607", "7167", "7167", "> 2097151"));
}

}  // namespace
}  // namespace weir
