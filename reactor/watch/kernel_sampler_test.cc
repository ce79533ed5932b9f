#include "weir/reactor/watch/kernel_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "weir/reactor/testing/faulty_syscalls.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;
using testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;

// With a procfs of the test's own, and a kernel that gives no netlink socket.
class KernelSamplerTest : public testing::Test {
 protected:
  KernelSamplerTest() {
    for (const char* folder : {"", "/thread-self", "/thread-self/net"}) {
      ::mkdir((proc_ + folder).c_str(), 0700);
    }
    syscalls_.Fail(Call::kSocket, EPROTONOSUPPORT, 0, 1000);
  }

  void SetListenDrops(int drops) {
    std::ofstream(proc_ + "/thread-self/net/netstat")
        << "TcpExt: ListenDrops\nTcpExt: " << drops << "\n";
  }
  void SetSomaxconn(int value) {
    for (const char* folder : {"/sys", "/sys/net", "/sys/net/core"}) {
      ::mkdir((proc_ + folder).c_str(), 0700);
    }
    std::ofstream(proc_ + "/sys/net/core/somaxconn") << value << "\n";
  }
  bool Sample(std::int64_t now_ms) { return sampler_.SampleIfDue(now_ms * kMs, 100, &wait_ms_); }
  std::uint64_t ListenDrops() {
    return sampler_.Latest()
        .counters[static_cast<std::size_t>(NetnsCounter::kListenDrops)]
        .value_or(~std::uint64_t{0});
  }

  const std::string proc_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  FaultySyscalls syscalls_;
  KernelSampler sampler_{&syscalls_, proc_};
  std::uint64_t wait_ms_ = 0;
};

TEST_F(KernelSamplerTest, ReadsNoMoreOftenThanItMay) {
  EXPECT_EQ(sampler_.Latest().monotonic_ns, 0u);
  EXPECT_TRUE(Sample(1000));
  EXPECT_EQ(wait_ms_, 100u);
  EXPECT_FALSE(Sample(1000));
  EXPECT_EQ(wait_ms_, 100u);
  EXPECT_FALSE(Sample(1099));
  EXPECT_EQ(wait_ms_, 1u);
  EXPECT_EQ(sampler_.Latest().monotonic_ns, 1'000'000'000u);
  EXPECT_TRUE(Sample(1100));
  EXPECT_EQ(sampler_.Latest().monotonic_ns, 1'100'000'000u);
}

TEST_F(KernelSamplerTest, CountsFromWhereItBegan) {
  SetListenDrops(40);
  sampler_.Begin({});
  SetListenDrops(43);
  EXPECT_TRUE(Sample(0));
  EXPECT_EQ(ListenDrops(), 3u);
  SetListenDrops(50);
  EXPECT_EQ(ListenDrops(), 3u);
  EXPECT_TRUE(Sample(100));
  EXPECT_EQ(ListenDrops(), 10u);
}

TEST_F(KernelSamplerTest, ReadsSomaxconnAnewEachTime) {
  EXPECT_TRUE(Sample(0));
  EXPECT_FALSE(sampler_.Latest().somaxconn.has_value());
  for (const int value : {16, 4096}) {
    SetSomaxconn(value);
    EXPECT_TRUE(Sample(value * 1000));
    EXPECT_EQ(sampler_.Latest().somaxconn, value);
  }
}

TEST_F(KernelSamplerTest, SaysWhyASynQueueIsUnknown) {
  sampler_.Begin({{*SocketAddress::Parse("127.0.0.1:80"), 2, 7, ""}});
  EXPECT_TRUE(Sample(0));
  const KernelStats stats = sampler_.Latest();
  ASSERT_EQ(stats.syn_queues.size(), 1u);
  EXPECT_EQ(stats.syn_queues[0].address, "127.0.0.1:80");
  EXPECT_EQ(stats.syn_queues[0].scope, SynQueueScope::kUnknown);
  EXPECT_THAT(stats.syn_queues[0].note, HasSubstr("modprobe tcp_diag"));
  EXPECT_TRUE(stats.syn_queues[0].half_open_by_reactor.empty());
}

}  // namespace
}  // namespace weir
