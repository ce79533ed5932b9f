#include "weir/reactor/watch/watch_thread.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

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

TEST(WatchThreadTest, LetsTheKernelWaitForAnotherInterruptWithinTheSlack) {
  std::vector<int> slacks;  // of each step
  std::promise<void> done;
  WatchThread thread;
  ASSERT_TRUE(thread
                  .Start([&]() -> WatchThread::Again {
                    slacks.push_back(::prctl(PR_GET_TIMERSLACK));
                    constexpr std::chrono::microseconds kShort(300);
                    if (slacks.size() == 1) return {kShort, std::chrono::microseconds(100)};
                    if (slacks.size() == 2) return {kShort, std::chrono::hours(1)};
                    if (slacks.size() == 3) return {kShort};
                    if (slacks.size() == 4) done.set_value();
                    return {kNever};
                  })
                  .ok());
  done.get_future().wait();
  thread.Join();
  ASSERT_EQ(slacks.size(), 5u);
  EXPECT_EQ(slacks[1], 100'000);
  EXPECT_EQ(slacks[2], 300'000) << "no longer than the wait itself";
  EXPECT_EQ(slacks[3], slacks[0]) << "none is the default again";
}

TEST(WatchThreadTest, NoWakeIsLost) {
  constexpr int kRounds = 2000;
  std::atomic<int> asked{0};
  std::mutex mutex;
  std::condition_variable changed;
  int seen = 0;  // guarded by mutex
  WatchThread thread;
  ASSERT_TRUE(thread
                  .Start([&]() -> std::chrono::nanoseconds {
                    const std::lock_guard<std::mutex> lock(mutex);
                    seen = asked.load(std::memory_order_relaxed);
                    changed.notify_one();
                    return kNever;
                  })
                  .ok());
  for (int i = 1; i <= kRounds; ++i) {
    asked.store(i, std::memory_order_relaxed);
    thread.Wake();
    if (i % 3 == 0) thread.Wake();  // while the step may be under way
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return seen == i; });
  }
}

TEST(WatchThreadTest, EndsWithoutHavingStarted) { WatchThread().End(); }

}  // namespace
}  // namespace weir
