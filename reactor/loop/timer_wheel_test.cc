#include "weir/reactor/loop/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace weir {
namespace {

constexpr std::int64_t kSpanMs =
    TimerWheel::kSlotMs * static_cast<std::int64_t>(TimerWheel::kSlots);

std::vector<std::int64_t> FireAll(TimerWheel* wheel, std::int64_t now_ms) {
  std::vector<std::int64_t> deadlines;
  while (Timer* timer = wheel->PopExpired(now_ms)) deadlines.push_back(timer->deadline_ms);
  return deadlines;
}

TEST(TimerWheelTest, FiresNeverEarlyAndAtMostASlotLate) {
  for (std::int64_t deadline : {1, 7, 8, 9, 100, 1000, 16383, 16384, 16385, 60000, 86400000}) {
    TimerWheel wheel(0);
    Timer timer;
    wheel.Schedule(&timer, deadline);
    std::int64_t now = 0;
    while (timer.linked()) {
      const std::vector<std::int64_t> fired = FireAll(&wheel, now);
      if (!fired.empty()) break;
      const std::int64_t wait = wheel.MsToNext(now);
      ASSERT_GT(wait, 0) << deadline;
      now += wait;
    }
    EXPECT_GE(now, deadline);
    EXPECT_LE(now, deadline + TimerWheel::kSlotMs) << deadline;
    EXPECT_FALSE(timer.linked());
  }
}

TEST(TimerWheelTest, IsEmptyAtFirst) {
  TimerWheel wheel(12345);
  EXPECT_EQ(wheel.MsToNext(12345), -1);
  EXPECT_EQ(wheel.PopExpired(12345 + 10 * kSpanMs), nullptr);
}

TEST(TimerWheelTest, CancelledTimersDoNotFire) {
  TimerWheel wheel(0);
  Timer a;
  Timer b;
  wheel.Schedule(&a, 50);
  wheel.Schedule(&b, 50);
  wheel.Cancel(&a);
  wheel.Cancel(&a);
  EXPECT_EQ(FireAll(&wheel, 100), std::vector<std::int64_t>{50});
}

TEST(TimerWheelTest, MovesATimerThatIsScheduledAgain) {
  TimerWheel wheel(0);
  Timer timer;
  wheel.Schedule(&timer, 50);
  wheel.Schedule(&timer, 500);
  EXPECT_TRUE(FireAll(&wheel, 400).empty());
  EXPECT_EQ(FireAll(&wheel, 508), std::vector<std::int64_t>{500});
}

TEST(TimerWheelTest, PastDeadlinesFireAtOnce) {
  TimerWheel wheel(1000);
  Timer timer;
  wheel.Schedule(&timer, 10);
  EXPECT_EQ(FireAll(&wheel, 1000), std::vector<std::int64_t>{10});
}

TEST(TimerWheelTest, CatchesUpAfterALongPause) {
  TimerWheel wheel(0);
  std::vector<Timer> timers(1000);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    wheel.Schedule(&timers[i], static_cast<std::int64_t>(i * 100));
  }
  EXPECT_EQ(FireAll(&wheel, 5 * kSpanMs).size(), 5 * kSpanMs / 100 + 1);
  EXPECT_EQ(FireAll(&wheel, 100 * kSpanMs).size(), timers.size() - 5 * kSpanMs / 100 - 1);
}

TEST(TimerWheelTest, FiresRandomDeadlinesEachOnceAndInTime) {
  std::mt19937 random(1);
  TimerWheel wheel(777);
  std::vector<Timer> timers(2000);
  for (Timer& timer : timers)
    wheel.Schedule(&timer, 777 + static_cast<std::int64_t>(random() % 100000));
  std::size_t fired = 0;
  for (std::int64_t now = 777; now < 777 + 100016;
       now += static_cast<std::int64_t>(random() % 20)) {
    for (const std::int64_t deadline : FireAll(&wheel, now)) {
      EXPECT_LE(deadline, now);
      EXPECT_GT(deadline, now - 20 - TimerWheel::kSlotMs);
      ++fired;
    }
  }
  EXPECT_EQ(fired, timers.size());
}

}  // namespace
}  // namespace weir
