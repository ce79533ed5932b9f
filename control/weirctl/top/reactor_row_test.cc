#include "weir/control/weirctl/top/reactor_row.h"

#include <gtest/gtest.h>

#include "weir/control/weirctl/top/reactor_columns.h"

namespace weir {
namespace {

void AddWaits(admin::v1::Stats* stats, int reactor, std::uint64_t end_ns, std::uint64_t count) {
  auto* const bucket =
      (*stats->mutable_reactors(reactor)->mutable_timings())["accept_queue_wait"].add_buckets();
  bucket->set_end_ns(end_ns);
  bucket->set_count(count);
}

admin::v1::Stats Sample(std::int32_t ms, int reactors) {
  admin::v1::Stats stats;
  stats.mutable_monotonic_time()->set_seconds(7);
  stats.mutable_monotonic_time()->set_nanos(ms * 1'000'000);
  for (int i = 0; i < reactors; ++i) {
    stats.add_reactors()->set_reactor(static_cast<std::uint32_t>(i));
  }
  return stats;
}

TEST(ReactorRowTest, HasRatesByTheServersClock) {
  admin::v1::Stats before = Sample(0, 1);
  admin::v1::Stats now = Sample(250, 1);
  before.mutable_reactors(0)->set_requests(1000);
  now.mutable_reactors(0)->set_requests(1100);
  now.mutable_reactors(0)->set_connections_accepted(1);
  now.mutable_reactors(0)->set_responses_4xx(2);
  now.mutable_reactors(0)->set_responses_5xx(3);
  (*now.mutable_reactors(0)->mutable_connections_refused())["shed"] = 4;
  (*now.mutable_reactors(0)->mutable_connections_refused())["memory"] = 2;
  const auto rows = ReactorRows(&before, now);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_DOUBLE_EQ(rows[0].requests_per_second.value(), 400);
  EXPECT_DOUBLE_EQ(rows[0].accepts_per_second.value(), 4);
  EXPECT_DOUBLE_EQ(rows[0].errors_per_second.value(), 20);
  EXPECT_DOUBLE_EQ(rows[0].refused_per_second.value(), 24);
}

TEST(ReactorRowTest, TellsTheWaitsBetweenTheSamplesAlone) {
  admin::v1::Stats before = Sample(0, 2);
  AddWaits(&before, 0, 9'000'000, 1000);
  admin::v1::Stats now = before;
  EXPECT_EQ(ReactorRows(&before, now)[1].wait_p50_ns, std::nullopt) << "no time between";
  now.mutable_monotonic_time()->set_seconds(8);
  EXPECT_EQ(ReactorRows(&before, now)[1].wait_p50_ns, std::nullopt) << "no sample between";
  AddWaits(&now, 0, 1'000'000, 90);
  AddWaits(&now, 1, 2'000'000, 10);
  const auto rows = ReactorRows(&before, now);
  EXPECT_EQ(rows[0].name, "all");
  EXPECT_EQ(rows[0].wait_p50_ns, 1'000'000u);
  EXPECT_EQ(rows[0].wait_p99_ns, 2'000'000u);
  EXPECT_EQ(rows[1].wait_p99_ns, 1'000'000u);
  EXPECT_EQ(rows[2].wait_p50_ns, 2'000'000u);
}

TEST(ReactorRowTest, SurvivesCountersThatGoBackAndReactorsThatAreNew) {
  admin::v1::Stats before = Sample(0, 1);
  before.mutable_reactors(0)->set_requests(1000);
  AddWaits(&before, 0, 1000, 7);
  admin::v1::Stats now = Sample(100, 2);
  const auto rows = ReactorRows(&before, now);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].requests_per_second, 0);
  EXPECT_EQ(rows[1].wait_p99_ns, std::nullopt);
  EXPECT_EQ(rows[2].requests_per_second, std::nullopt);
  now.set_boot_id("another");
  EXPECT_EQ(ReactorRows(&before, now)[1].requests_per_second, std::nullopt);
  EXPECT_TRUE(ReactorRows(nullptr, admin::v1::Stats()).empty());
}

TEST(ReactorRowTest, KeepsNumbersShort) {
  EXPECT_EQ(ShortNumber(0), "0");
  EXPECT_EQ(ShortNumber(0.6), "1");
  EXPECT_EQ(ShortNumber(99'999.4), "99999");
  EXPECT_EQ(ShortNumber(99'999.5), "100k");
  EXPECT_EQ(ShortNumber(999'499), "999k");
  EXPECT_EQ(ShortNumber(999'500), "1.0M");
  EXPECT_EQ(ShortNumber(999'949'999), "999.9M");
  EXPECT_EQ(ShortNumber(999'950'000), "1.0G");
}

}  // namespace
}  // namespace weir
