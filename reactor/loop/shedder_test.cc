// Overload by the waiting time, step by step.
#include "weir/reactor/loop/shedder.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kTarget = 20 * kMs;
constexpr std::int64_t kInterval = 100 * kMs;

class ShedderTest : public testing::Test {
 protected:
  bool At(std::int64_t ms, std::int64_t wait_ms, std::int64_t target_ns = kTarget) {
    shedder_.OnWait(wait_ms * kMs, ms * kMs, target_ns, kInterval);
    return shedder_.shedding();
  }
  Shedder shedder_;
};

TEST_F(ShedderTest, ABurstIsNoOverload) {
  EXPECT_FALSE(At(0, 500));
  EXPECT_FALSE(At(50, 500));
  EXPECT_FALSE(At(99, 500));
  EXPECT_FALSE(At(100, 0));
  EXPECT_FALSE(At(101, 500));
  EXPECT_FALSE(At(200, 500));
}

TEST_F(ShedderTest, AWholeIntervalOverTheTargetIs) {
  EXPECT_FALSE(At(1000, 21));
  EXPECT_FALSE(At(1099, 21));
  EXPECT_TRUE(At(1100, 21));
}

TEST_F(ShedderTest, TheTargetItselfIsWaitedForInPeace) {
  for (int ms = 0; ms < 1000; ++ms) EXPECT_FALSE(At(ms, 20));
}

TEST_F(ShedderTest, EndsWithTheFirstWhoWaitedNoLonger) {
  At(0, 50);
  EXPECT_TRUE(At(100, 50));
  EXPECT_TRUE(At(101, 21));
  EXPECT_FALSE(At(102, 20));
  EXPECT_FALSE(At(103, 50)) << "it takes a whole interval again";
  EXPECT_FALSE(At(202, 50));
  EXPECT_TRUE(At(203, 50));
}

TEST_F(ShedderTest, WithoutATargetNever) {
  At(0, 50);
  EXPECT_TRUE(At(100, 50));
  EXPECT_FALSE(At(101, 50, 0));
  EXPECT_FALSE(At(1000, 50, 0));
}

TEST_F(ShedderTest, ForgetBeginsAnew) {
  At(0, 50);
  EXPECT_TRUE(At(100, 50));
  shedder_.Forget();
  EXPECT_FALSE(shedder_.shedding());
  EXPECT_FALSE(At(199, 50));
  EXPECT_TRUE(At(299, 50));
}

}  // namespace
}  // namespace weir
