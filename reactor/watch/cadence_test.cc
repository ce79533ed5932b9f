#include "weir/reactor/watch/cadence.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace weir {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kStart = 1'000'000 * kMs;

class CadenceTest : public ::testing::Test {
 protected:
  CadenceTest() { EXPECT_TRUE(Take(0, 10)) << "for the first time at once"; }

  bool Take(std::int64_t at_ms, std::int64_t interval_ms) {
    return cadence_.Take(kStart + at_ms * kMs, interval_ms * kMs);
  }

  void ExpectNext(std::int64_t at_ms, std::int64_t interval_ms, std::int64_t after_ms,
                  std::int64_t slack_ms) {
    const auto next = cadence_.Next(kStart + at_ms * kMs, interval_ms * kMs);
    EXPECT_EQ(next.after, std::chrono::milliseconds(after_ms));
    EXPECT_EQ(next.slack, std::chrono::milliseconds(slack_ms));
  }

  Cadence cadence_;
};

TEST_F(CadenceTest, IsDueUpToASlackBeforeItsTime) {
  ExpectNext(0, 10, 10, 5);
  EXPECT_FALSE(Take(4, 10));
  ExpectNext(4, 10, 6, 5);
  EXPECT_TRUE(Take(5, 10));
  EXPECT_FALSE(Take(5, 10)) << "done already";
}

TEST_F(CadenceTest, WhatIsDoneEarlyOrLateDoesNotMoveTheNextTime) {
  EXPECT_TRUE(Take(6, 10));
  ExpectNext(6, 10, 14, 5);
  EXPECT_TRUE(Take(28, 10)) << "8 late";
  ExpectNext(28, 10, 2, 5);
  EXPECT_TRUE(Take(30, 10));
}

TEST_F(CadenceTest, IsDoneAsOftenAsAskedForByTicksOfWhichTheIntervalIsNoMultiple) {
  int done = 0;
  for (std::int64_t tick_ms = 4; tick_ms <= 1000; tick_ms += 4) done += Take(tick_ms, 10) ? 1 : 0;
  EXPECT_EQ(done, 100);
}

TEST_F(CadenceTest, CountsFromNowAfterMoreThanAnIntervalWithout) {
  EXPECT_TRUE(Take(1000, 10));
  EXPECT_FALSE(Take(1004, 10));
  ExpectNext(1004, 10, 6, 5);
}

TEST_F(CadenceTest, IsOverdueWhereItWasNotAskedInTime) { ExpectNext(40, 10, 0, 5); }

TEST_F(CadenceTest, AnotherIntervalCountsFromTheLastTime) {
  EXPECT_TRUE(Take(1000, 10));
  EXPECT_FALSE(Take(1020, 10'000));
  ExpectNext(1020, 10'000, 9980, 10);
  EXPECT_TRUE(Take(1030, 10));
}

TEST_F(CadenceTest, AShorterIntervalIsSoonDueThoughTheLastTimeWasEarly) {
  EXPECT_TRUE(Take(10'000 - 10, 10'000));
  EXPECT_TRUE(Take(10'000 + 1, 1)) << "not seconds later";
}

}  // namespace
}  // namespace weir
