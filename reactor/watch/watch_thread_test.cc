#include "weir/reactor/watch/watch_thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace weir {
namespace {

constexpr std::chrono::hours kNever(24);

TEST(WatchThreadTest, RunsAgainWhenItsTimeIsOverOrWhenWoken) {
  std::promise<void> second;
  std::promise<void> third;
  int steps = 0;
  WatchThread thread;
  ASSERT_TRUE(thread
                  .Start([&]() -> std::chrono::nanoseconds {
                    ++steps;
                    if (steps == 1) return std::chrono::milliseconds(1);
                    if (steps == 2) second.set_value();
                    if (steps == 3) third.set_value();
                    return kNever;
                  })
                  .ok());
  second.get_future().wait();
  thread.Wake();
  third.get_future().wait();
}

TEST(WatchThreadTest, RunsALastTimeWhenItEnds) {
  int steps = 0;
  std::promise<void> first;
  {
    WatchThread thread;
    ASSERT_TRUE(thread
                    .Start([&]() -> std::chrono::nanoseconds {
                      if (++steps == 1) first.set_value();
                      return kNever;
                    })
                    .ok());
    first.get_future().wait();
    thread.End();
  }
  EXPECT_EQ(steps, 2);
}

TEST(WatchThreadTest, MayBeWokenByItsOwnStep) {
  int steps = 0;
  std::promise<void> second;
  WatchThread thread;
  ASSERT_TRUE(thread
                  .Start([&]() -> std::chrono::nanoseconds {
                    if (++steps == 1) thread.Wake();
                    if (steps == 2) second.set_value();
                    return kNever;
                  })
                  .ok());
  second.get_future().wait();
}

TEST(WatchThreadTest, EndsWithoutHavingStarted) { WatchThread().End(); }

}  // namespace
}  // namespace weir
