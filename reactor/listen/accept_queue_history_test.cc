#include "weir/reactor/listen/accept_queue_history.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace weir {
namespace {

constexpr std::int64_t kMs = 1'000'000;

AcceptQueueSample Get(const AcceptQueueHistory& history) {
  AcceptQueueSample sample;
  history.CopyTo(&sample);
  return sample;
}

// A sampler's look: it takes nothing.
AcceptQueueSight Look(std::int64_t now_ms, std::uint32_t depth, std::uint32_t backlog = 8) {
  return {now_ms * kMs, depth, depth, backlog};
}

TEST(AcceptQueueHistoryTest, KeepsTheHighestOfBothKindsOfLook) {
  AcceptQueueHistory history;
  history.Add(Look(0, 2), {});
  history.TryAdd({1 * kMs, 5, 0, 8});
  history.Add(Look(2, 1), {});
  EXPECT_EQ(Get(history).depth_max, 5u);
  history.Add(Look(3, 7), {});
  history.TryAdd({4 * kMs, 6, 6, 8});
  EXPECT_EQ(Get(history).depth_max, 7u);
}

TEST(AcceptQueueHistoryTest, TheWindowsMaximumForgets) {
  AcceptQueueHistory history;
  history.SetWindow(100 * kMs);
  history.Add(Look(10, 7), {});
  history.TryAdd({20 * kMs, 4, 0, 8});
  EXPECT_EQ(Get(history).depth_max_window, 7u);
  history.Add(Look(150, 1), {});
  EXPECT_EQ(Get(history).depth_max_window, 7u) << "the window before this one counts";
  history.Add(Look(250, 2), {});
  EXPECT_EQ(Get(history).depth_max_window, 2u);
  EXPECT_EQ(Get(history).depth_max, 7u);
}

TEST(AcceptQueueHistoryTest, WhatWasLeftStandsOverWindowsWithoutALook) {
  AcceptQueueHistory history;
  history.SetWindow(100 * kMs);
  history.TryAdd({50 * kMs, 8, 3, 8});
  history.Add(Look(950, 1), {});
  EXPECT_EQ(Get(history).depth_max_window, 3u);
}

TEST(AcceptQueueHistoryTest, MeasuresTheTimeOverHalf) {
  AcceptQueueHistory history;
  history.Add(Look(0, 4), {});  // half of 8 is not over half
  history.Add(Look(10, 5), {});
  EXPECT_EQ(Get(history).over_half_ns, 0u);
  history.Add(Look(30, 8), {});
  EXPECT_EQ(Get(history).over_half_ns, 20u * kMs);
  history.TryAdd({35 * kMs, 9, 0, 8});  // found full, taken empty
  history.Add(Look(100, 0), {});
  EXPECT_EQ(Get(history).over_half_ns, 25u * kMs);
  EXPECT_EQ(Get(history).observed_ns, 100u * kMs);
}

TEST(AcceptQueueHistoryTest, AnOlderLookAddsNoTime) {
  AcceptQueueHistory history;
  history.Add(Look(100, 8), {});
  history.TryAdd({90 * kMs, 8, 0, 8});
  history.Add(Look(110, 0), {});
  EXPECT_EQ(Get(history).over_half_ns, 0u);
  EXPECT_EQ(Get(history).observed_ns, 10u * kMs);
}

TEST(AcceptQueueHistoryTest, ABacklogOfOneIsOverHalfWithOne) {
  AcceptQueueHistory history;
  history.Add(Look(0, 1, 1), {});
  history.Add(Look(1, 0, 1), {});
  EXPECT_EQ(Get(history).over_half_ns, 1u * kMs);
}

TEST(AcceptQueueHistoryTest, DiscardsAreOverflowOnlyWithASightOfAFullQueue) {
  AcceptQueueHistory history;
  history.Add(Look(0, 0), 0);
  history.Add(Look(1, 8), 3);  // as long as the backlog: there is room for one more
  EXPECT_EQ(Get(history).discards, 3u);
  EXPECT_EQ(Get(history).discards_when_full, 0u);
  history.Add(Look(2, 9), 7);
  EXPECT_EQ(Get(history).discards_when_full, 4u);
  history.Add(Look(3, 0), 9);  // it was full when the counter was last read
  EXPECT_EQ(Get(history).discards_when_full, 6u);
  history.Add(Look(4, 0), 20);
  EXPECT_EQ(Get(history).discards, 20u);
  EXPECT_EQ(Get(history).discards_when_full, 6u);
}

TEST(AcceptQueueHistoryTest, TheReactorsSightOfAFullQueueIsEvidenceToo) {
  AcceptQueueHistory history;
  history.Add(Look(0, 0), 0);
  history.TryAdd({1 * kMs, 9, 0, 8});
  history.Add(Look(2, 0), 5);
  EXPECT_EQ(Get(history).discards_when_full, 5u);
  history.Add(Look(3, 0), 6);
  EXPECT_EQ(Get(history).discards_when_full, 5u);
}

TEST(AcceptQueueHistoryTest, EvidenceWaitsForAReadingOfTheCounter) {
  AcceptQueueHistory history;
  history.Add(Look(0, 9), 2);
  history.Add(Look(1, 0), {});  // the counter could not be read
  history.Add(Look(2, 0), 6);
  EXPECT_EQ(Get(history).discards_when_full, 6u);
}

TEST(AcceptQueueHistoryTest, TheKernelsCounterMayWrap) {
  AcceptQueueHistory history;
  history.Add(Look(0, 0), 0xfffffff0);
  history.Add(Look(1, 0), 5);
  EXPECT_EQ(Get(history).discards, 0x100000005u);
  history.Add(Look(2, 0), 6);
  EXPECT_EQ(Get(history).discards, 0x100000006u);
}

TEST(AcceptQueueHistoryTest, LosesNoMaximumBetweenThreads) {
  AcceptQueueHistory history;
  std::atomic<bool> done{false};
  std::thread sampler([&] {
    while (!done.load()) history.Add(Look(1, 1), 0);
  });
  for (std::uint32_t depth = 2; depth <= 20'000; ++depth) history.TryAdd({kMs, depth, 0, 8});
  done.store(true);
  sampler.join();
  history.TryAdd({kMs, 1, 0, 8});  // what could not be added before comes with the next
  EXPECT_EQ(Get(history).depth_max, 20'000u);
}

}  // namespace
}  // namespace weir
