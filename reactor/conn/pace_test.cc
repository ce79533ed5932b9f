// When a transfer is too slow, to the millisecond and the byte.
#include "weir/reactor/conn/pace.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace weir {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr LeastRate kRate = {240, 5000};

TEST(TooSlowAtMsTest, NotWithinTheGrace) {
  EXPECT_EQ(TooSlowAtMs(1000, 0, kRate), 6000);
  EXPECT_EQ(TooSlowAtMs(1000, 1199, kRate), 6000);
}

// 1200 bytes are the rate at 5000 ms and below it a millisecond later.
TEST(TooSlowAtMsTest, ARateThatIsJustKeptIsEnough) {
  EXPECT_EQ(TooSlowAtMs(1000, 1200, kRate), 6001);
  EXPECT_EQ(TooSlowAtMs(1000, 2400, kRate), 11001);
  EXPECT_EQ(TooSlowAtMs(0, 1000, {1000, 0}), 1001);
}

TEST(TooSlowAtMsTest, WithoutARateOrAfterMoreThanCanBeWaitedForNever) {
  EXPECT_EQ(TooSlowAtMs(1000, 0, {0, 5000}), kNever);
  EXPECT_EQ(TooSlowAtMs(1000, std::numeric_limits<std::uint64_t>::max(), {1, 0}), kNever);
}

TEST(ContentPaceTest, PausesDoNotCount) {
  ContentPace pace;
  pace.BeginWait(1000, 60000);
  EXPECT_EQ(pace.deadline_ms, 61000);
  pace.EndWait(4000);
  pace.BeginWait(100000, 60000);
  EXPECT_EQ(pace.begun_ms, 97000);
  EXPECT_EQ(pace.deadline_ms, 157000);
}

TEST(ReaderPaceTest, CountsWhatWasAcknowledged) {
  ReaderPace pace;
  pace.Begin(1000, 5000);
  EXPECT_EQ(pace.begun_ms(), 1000);
  EXPECT_EQ(pace.Taken(5000), 0u);
  EXPECT_EQ(pace.Taken(4000), 1000u);
  pace.OnSent(3000);
  EXPECT_EQ(pace.Taken(7000), 1000u);
  EXPECT_EQ(pace.Taken(0), 8000u);
  EXPECT_EQ(pace.Taken(9000), 0u);
}

TEST(ReaderPaceTest, CountsWhatTheKernelTookIfItTellsNoMore) {
  ReaderPace pace;
  pace.Begin(1000, std::nullopt);
  pace.OnSent(3000);
  EXPECT_EQ(pace.Taken(2000), 3000u);
  pace.Begin(1000, 500);
  pace.OnSent(3000);
  EXPECT_EQ(pace.Taken(std::nullopt), 3000u);
}

TEST(ReaderPaceTest, MovesOnlyByMore) {
  ReaderPace pace;
  pace.Begin(0, 0);
  EXPECT_FALSE(pace.Moved(0));
  EXPECT_TRUE(pace.Moved(1));
  EXPECT_FALSE(pace.Moved(1));
  EXPECT_TRUE(pace.Moved(2));
}

}  // namespace
}  // namespace weir
