#include "weir/reactor/kernel/cpu_count.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace weir {
namespace {

class QuotaTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
      ::mkdir((root_ + path.substr(0, at)).c_str(), 0700);
    }
    std::ofstream(root_ + path) << text;
  }
  void SetUp() override { ::mkdir(root_.c_str(), 0700); }

  const std::string root_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(QuotaTest, RoundsUpTheQuotaOfVersionTwo) {
  Write("/a/b/cpu.max", "250000 100000\n");
  EXPECT_EQ(QuotaCpuCount(root_, "0::/a/b\n"), 3);
}

TEST_F(QuotaTest, TakesTheTightestOfAllAncestors) {
  Write("/cpu.max", "max 100000\n");
  Write("/a/cpu.max", "150000 100000\n");
  Write("/a/b/cpu.max", "400000 100000\n");
  EXPECT_EQ(QuotaCpuCount(root_, "0::/a/b\n"), 2);
}

TEST_F(QuotaTest, KnowsThatThereIsNone) {
  Write("/a/cpu.max", "max 100000\n");
  EXPECT_EQ(QuotaCpuCount(root_, "0::/a\n"), 0);
  EXPECT_EQ(QuotaCpuCount(root_, "0::/elsewhere\n"), 0);
  EXPECT_EQ(QuotaCpuCount(root_, ""), 0);
  EXPECT_EQ(QuotaCpuCount(root_, "garbage\n:\n::\n"), 0);
}

TEST_F(QuotaTest, ReadsVersionOne) {
  Write("/cpu/a/cpu.cfs_quota_us", "100000\n");
  Write("/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(QuotaCpuCount(root_, "5:memory:/a\n4:cpu,cpuacct:/a\n"), 1);
  Write("/cpu/b/cpu.cfs_quota_us", "-1\n");
  Write("/cpu/b/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(QuotaCpuCount(root_, "4:cpu,cpuacct:/b\n"), 0);
}

TEST(CpuCountTest, FollowsTheAffinityMask) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof(all), &all), 0);
  EXPECT_EQ(AffinityCpuCount(), CPU_COUNT(&all));
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AffinityCpuCount(), 1);
  EXPECT_EQ(UsableCpuCount(), 1);
  ASSERT_EQ(::sched_setaffinity(0, sizeof(all), &all), 0);
}

}  // namespace
}  // namespace weir
