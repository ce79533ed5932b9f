#include "weir/reactor/kernel/descriptor_count.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace weir {
namespace {

TEST(DescriptorCountTest, CountsThoseOfThisProcess) {
  const auto before = CountOpenDescriptors();
  ASSERT_TRUE(before.has_value());
  EXPECT_GE(*before, 3u);
  const int fds[] = {::open("/dev/null", O_RDONLY), ::open("/dev/null", O_RDONLY)};
  EXPECT_EQ(CountOpenDescriptors(), *before + 2);
  EXPECT_EQ(CountDescriptorEntries(), *before + 2);
  for (const int fd : fds) ::close(fd);
  EXPECT_EQ(CountOpenDescriptors(), before);
  EXPECT_EQ(CountDescriptorEntries(), before);
}

TEST(DescriptorCountTest, SaysNothingWithoutProcfs) {
  EXPECT_EQ(CountOpenDescriptors("/nonexistent"), std::nullopt);
}

}  // namespace
}  // namespace weir
