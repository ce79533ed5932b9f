// A token bucket by a clock that the test moves.
#include "weir/reactor/loop/accept_rate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kStart = 5'000'000'000;

TEST(AcceptRateTest, BeginsWithABurstOfATenthOfASecond) {
  AcceptRate rate;
  EXPECT_EQ(rate.Take(1000, 1000, kStart), 100u);
  EXPECT_EQ(rate.Take(1, 1000, kStart), 0u);
  EXPECT_EQ(rate.NextNs(1000), kStart + kMs);
  EXPECT_EQ(rate.Take(5, 1000, kStart + kMs - 1), 0u);
  EXPECT_EQ(rate.Take(5, 1000, kStart + kMs), 1u);
}

TEST(AcceptRateTest, HasAlwaysRoomForOne) {
  AcceptRate rate;
  EXPECT_EQ(rate.Take(10, 2, kStart), 1u);
  EXPECT_EQ(rate.Take(10, 2, kStart + 500 * kMs - 1), 0u);
  EXPECT_EQ(rate.Take(10, 2, kStart + 500 * kMs), 1u);
}

TEST(AcceptRateTest, FillsNoFurtherThanItsDepth) {
  AcceptRate rate;
  EXPECT_EQ(rate.Take(100, 1000, kStart), 100u);
  EXPECT_EQ(rate.Take(1000, 1000, kStart + 3600'000 * kMs), 100u);
}

// A second sees a tenth more than the rate, and the next ones see the rate.
TEST(AcceptRateTest, KeepsTheRate) {
  for (const std::uint64_t per_second : {1u, 7u, 10u, 1000u, 30000u, 1000000u}) {
    AcceptRate rate;
    std::uint64_t taken = 0;
    for (std::int64_t ms = 0; ms < 10'000; ++ms) {
      taken += rate.Take(1'000'000, per_second, kStart + ms * kMs);
    }
    const std::uint64_t burst = per_second / 10 + 1;
    EXPECT_LE(taken, per_second * 10 + burst) << per_second;
    EXPECT_GE(taken + 1, per_second * 9999 / 1000) << per_second;
  }
}

TEST(AcceptRateTest, WhatIsPutBackCanBeTaken) {
  AcceptRate rate;
  EXPECT_EQ(rate.Take(100, 1000, kStart), 100u);
  rate.PutBack(40, 1000);
  EXPECT_EQ(rate.Take(100, 1000, kStart), 40u);
}

TEST(AcceptRateTest, AnotherRateCountsAtOnce) {
  AcceptRate rate;
  EXPECT_EQ(rate.Take(100, 1000, kStart), 100u);
  EXPECT_EQ(rate.Take(1000, 1'000'000, kStart + kMs), 1000u);
}

TEST(AcceptRateTest, ManyThreadsShareOneBucket) {
  AcceptRate rate;
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) taken += rate.Take(3, 10000, kStart);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), 1000u);
}

}  // namespace
}  // namespace weir
