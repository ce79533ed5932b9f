#include "weir/reactor/host_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(HostLimitsTest, ReadsThisHost) {
  RaiseDescriptorLimit();
  EXPECT_GT(ReadHostLimits().somaxconn, 0u);
}

TEST(HostLimitsTest, LeavesAloneWhatFits) {
  const Limits limits;
  EXPECT_EQ(EffectiveLimits(limits, {1 << 20, 1 << 20}), limits);
  EXPECT_THAT(LimitWarnings(limits, {1 << 20, 1 << 20}), IsEmpty());
  EXPECT_THAT(LimitWarnings(limits, {0, 0}), IsEmpty());  // unknown caps nothing
}

TEST(HostLimitsTest, CapsTheBacklogAndSaysHowToRaiseIt) {
  Limits limits;
  limits.listen_backlog = 5000;
  EXPECT_EQ(EffectiveLimits(limits, {128, 0}).listen_backlog, 128u);
  EXPECT_THAT(LimitWarnings(limits, {128, 0}),
              ElementsAre(AllOf(HasSubstr("listen_backlog = 5000 acts as 128"),
                                HasSubstr("sysctl -w net.core.somaxconn=5000"))));
}

TEST(HostLimitsTest, CapsConnectionsByDescriptors) {
  Limits limits;
  limits.max_connections = 20000;
  EXPECT_EQ(EffectiveLimits(limits, {0, 1024}).max_connections, 1024 - kReservedDescriptors);
  EXPECT_EQ(EffectiveLimits(limits, {0, 10}).max_connections, 1u);
  EXPECT_THAT(LimitWarnings(limits, {0, 1024}), ElementsAre(HasSubstr("RLIMIT_NOFILE = 1024")));
}

TEST(HostLimitsTest, CapsLinesByTheHead) {
  Limits limits;
  limits.max_head_bytes = 4096;
  const Limits effective = EffectiveLimits(limits, {0, 0});
  EXPECT_EQ(effective.max_field_bytes, 4096u);
  EXPECT_EQ(effective.max_request_line_bytes, 4096u);
  EXPECT_THAT(LimitWarnings(limits, {0, 0}),
              ElementsAre(HasSubstr("max_request_line_bytes = 8192 acts as 4096"),
                          HasSubstr("max_field_bytes = 8192 acts as 4096")));
}

}  // namespace
}  // namespace weir
