// How the listeners of one address share its connections.
#include "weir/reactor/listen/listener_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "weir/reactor/testing/faulty_syscalls.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using testing::AllOf;
using testing::HasSubstr;

class ListenerGroupTest : public testing::Test {
 protected:
  void Open(bool share_address = false) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    options.name = "front";
    group_ = *ListenerGroup::Create(&syscalls_, options, share_address);
    for (int i = 0; i < 2; ++i) listeners_.push_back(*group_->Open(128));
  }

  test::FaultySyscalls syscalls_;
  std::unique_ptr<ListenerGroup> group_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // closed before the group
};

TEST_F(ListenerGroupTest, SharesByCpuWhenToldTo) {
  cpu_set_t before;
  CPU_ZERO(&before);
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  if (!CPU_ISSET(1, &before)) GTEST_SKIP() << "needs CPU 1";
  Open();
  group_->SetDistribution(Distribution::kCpu);
  EXPECT_EQ(group_->DistributionWarning(Distribution::kCpu), "");
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(1, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  std::vector<TestClient> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(TestClient::ConnectIpv4(group_->info().port));
  ::sched_setaffinity(0, sizeof(before), &before);
  EXPECT_EQ(listeners_[0]->Queue()->depth, 0u);
  EXPECT_EQ(listeners_[1]->Queue()->depth, 20u);
}

TEST_F(ListenerGroupTest, AsksTheKernelOnlyForAChange) {
  Open();
  const std::uint64_t calls = syscalls_.Count(Call::kSetSockOpt);
  group_->SetDistribution(Distribution::kHash);
  EXPECT_EQ(syscalls_.Count(Call::kSetSockOpt) - calls, 0u);
  group_->SetDistribution(Distribution::kWeighted);
  group_->SetDistribution(Distribution::kWeighted);
  EXPECT_EQ(syscalls_.Count(Call::kSetSockOpt) - calls, 1u);
}

TEST_F(ListenerGroupTest, WarnsWhileTheKernelRefuses) {
  Open();
  syscalls_.Fail(Call::kSetSockOpt, ENOMEM);
  group_->SetDistribution(Distribution::kCpu);
  EXPECT_THAT(group_->DistributionWarning(Distribution::kCpu),
              AllOf(HasSubstr("front"), HasSubstr("SO_ATTACH_REUSEPORT_CBPF"),
                    HasSubstr("net.core.optmem_max")));
  EXPECT_EQ(group_->steering_failures(), 1u);
  group_->SetDistribution(Distribution::kCpu);  // tries again
  EXPECT_EQ(group_->DistributionWarning(Distribution::kCpu), "");
  EXPECT_EQ(group_->steering_failures(), 1u);
  // What was refused and is no longer wanted needs no warning.
  group_->SetDistribution(Distribution::kHash);
  syscalls_.Fail(Call::kSetSockOpt, ENOMEM);
  group_->SetDistribution(Distribution::kCpu);
  group_->SetDistribution(Distribution::kHash);
  EXPECT_EQ(group_->DistributionWarning(Distribution::kHash), "");
}

TEST_F(ListenerGroupTest, StaysWithTheHashBesideOtherProcesses) {
  Open(true);
  group_->SetDistribution(Distribution::kCpu);
  EXPECT_THAT(group_->DistributionWarning(Distribution::kCpu),
              AllOf(HasSubstr("acts as hash"), HasSubstr("share_address")));
  EXPECT_EQ(group_->DistributionWarning(Distribution::kHash), "");
}

}  // namespace
}  // namespace weir
