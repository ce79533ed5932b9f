#include "weir/reactor/watch/size_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/reactor/testing/fake_clock.h"
#include "weir/reactor/testing/told_events.h"

namespace weir {
namespace {

using test::FakeClock;
using test::ToldEvents;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SizeWatcherTest : public testing::Test {
 protected:
  SizeWatcherTest() { EXPECT_THAT(Look(0), IsEmpty()); }

  // Heads of that size come.
  void Come(std::uint64_t size, std::uint64_t times) {
    SizeCounts& counts = stats_[1].sizes[static_cast<std::size_t>(Size::kHead)];
    counts.buckets[SizeBuckets::Index(size)] += times;
  }
  // The kinds of what a look some ms later tells.
  std::vector<EventKind> Look(std::int64_t ms) {
    clock_.AdvanceMs(ms);
    watcher_.Step(
        clock_.MonotonicNs(), [this] { return SumOfSizes(stats_); }, limits_);
    return told_.Take();
  }

  const Event& event() const { return told_.first(); }

  Limits limits_;

 private:
  std::vector<ReactorStats> stats_{2};
  FakeClock clock_;
  EventLog log_{&clock_, nullptr};
  SizeWatcher watcher_{&log_};
  ToldEvents told_{&log_};
};

TEST_F(SizeWatcherTest, TellsOnceThatALimitIsNearAndOnceThatItIsNot) {
  Come(15000, 100);
  EXPECT_THAT(Look(59'999), IsEmpty()) << "the minute is not over";
  EXPECT_THAT(Look(1), ElementsAre(EventKind::kLimitNear));
  EXPECT_THAT(event().text, HasSubstr("93 % of max_head_bytes"));
  EXPECT_EQ(event().Number("percent"), 93u);
  EXPECT_EQ(event().fix, "weirctl limits set max_head_bytes=32768");
  Come(15000, 100);
  EXPECT_THAT(Look(60'000), IsEmpty());
  Come(600, 100'000);
  EXPECT_THAT(Look(60'000), ElementsAre(EventKind::kLimitNearEnded));
}

// What came before the window does not count: a change of the last minute is seen after months.
TEST_F(SizeWatcherTest, JudgesTheLastMinute) {
  Come(600, 100'000'000);
  EXPECT_THAT(Look(60'000), IsEmpty());
  Come(15000, 100);
  EXPECT_THAT(Look(60'000), ElementsAre(EventKind::kLimitNear));
}

TEST_F(SizeWatcherTest, WaitsForEnoughSamples) {
  Come(15000, 99);
  EXPECT_THAT(Look(60'000), IsEmpty());
  EXPECT_THAT(Look(60'000), IsEmpty());
  Come(15000, 1);
  EXPECT_THAT(Look(60'000), ElementsAre(EventKind::kLimitNear));
}

TEST_F(SizeWatcherTest, ARaisedLimitEndsIt) {
  Come(15000, 100);
  EXPECT_THAT(Look(60'000), ElementsAre(EventKind::kLimitNear));
  limits_.max_head_bytes = 32768;
  Come(15000, 100);
  EXPECT_THAT(Look(60'000), ElementsAre(EventKind::kLimitNearEnded));
}

}  // namespace
}  // namespace weir
