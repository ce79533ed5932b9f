// Steering, against the kernel: which listener's queue a connection comes to.
#include "weir/reactor/listen/reuseport_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "weir/reactor/listen/listener.h"
#include "weir/reactor/testing/faulty_syscalls.h"
#include "weir/reactor/testing/network_namespace.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;
using test::NetworkNamespace;
using test::TestClient;
using testing::ElementsAre;

// A client whose connect(2) has sent its SYN and not waited. On loopback the server's side has
// dealt with the SYN when connect returns.
int StartToConnect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return fd;
}

class ReuseportGroupTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { namespace_ = NetworkNamespace::Enter(&why_not_); }
  static inline std::string why_not_;
  static inline std::unique_ptr<NetworkNamespace> namespace_;

  void Open(int members, const std::vector<std::uint32_t>& weights = {}) {
    SocketAddress address = *SocketAddress::Parse("127.0.0.1:0");
    for (int i = 0; i < members; ++i) {
      auto listener = Listener::Open(&syscalls_, address, 128);
      ASSERT_TRUE(listener.ok()) << listener.status();
      address = (*listener)->address();
      (*listener)->Join(&group_, weights.empty() ? 1 : weights[static_cast<std::size_t>(i)]);
      listeners_.push_back(*std::move(listener));
    }
    port_ = address.port();
  }

  // How many of that many new connections came to each member.
  std::vector<std::uint32_t> Spread(int connections) {
    std::vector<std::uint32_t> before = Depths();
    for (int i = 0; i < connections; ++i) clients_.push_back(TestClient::ConnectIpv4(port_));
    std::vector<std::uint32_t> after = Depths();
    for (std::size_t i = 0; i < after.size(); ++i) after[i] -= before[i];
    return after;
  }

  // 0 for one that is closed.
  static std::uint32_t DepthOf(Listener* listener) {
    const auto queue = listener->Queue();
    return queue.has_value() ? queue->depth : 0;
  }

  std::vector<std::uint32_t> Depths() {
    std::vector<std::uint32_t> depths;
    for (const auto& listener : listeners_) depths.push_back(DepthOf(listener.get()));
    return depths;
  }

  void AcceptAll(Listener* listener) {
    for (std::uint32_t left = DepthOf(listener); left > 0; --left) {
      AcceptedSocket accepted;
      ASSERT_EQ(listener->Accept(&accepted), 0);
      syscalls_.Close(accepted.fd);
    }
  }

  void Away(std::uint32_t member, SteeredAway reason = SteeredAway::kDraining) {
    const absl::Status status = group_.SetSteeredAway(member, reason, true);
    EXPECT_TRUE(status.ok()) << status;
  }

  FaultySyscalls syscalls_;
  ReuseportGroup group_{&syscalls_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<TestClient> clients_;
  std::uint16_t port_ = 0;
};

TEST_F(ReuseportGroupTest, SpreadsByTheKernelsHashWithoutAProgram) {
  Open(2);
  const auto spread = Spread(100);
  EXPECT_EQ(spread[0] + spread[1], 100u);
  EXPECT_GT(spread[0], 0u);
  EXPECT_GT(spread[1], 0u);
  EXPECT_EQ(group_.state().programs_attached, 0u);
}

TEST_F(ReuseportGroupTest, SteersAwayAndBack) {
  Open(3);
  Away(1);
  const auto spread = Spread(60);
  EXPECT_EQ(spread[1], 0u);
  EXPECT_EQ(spread[0] + spread[2], 60u);
  EXPECT_TRUE(group_.IsSteeredAway(1));
  EXPECT_EQ(group_.state().taking, 2u);
  Away(0, SteeredAway::kStalled);
  EXPECT_THAT(Spread(20), ElementsAre(0u, 0u, 20u));
  EXPECT_TRUE(group_.SetSteeredAway(0, SteeredAway::kStalled, false).ok());
  EXPECT_GT(Spread(40)[0], 0u);
}

TEST_F(ReuseportGroupTest, AMemberThatDrainsStaysAwayWhenItIsNoLongerStalled) {
  Open(2);
  Away(0, SteeredAway::kStalled);
  Away(0, SteeredAway::kDraining);
  EXPECT_TRUE(group_.SetSteeredAway(0, SteeredAway::kStalled, false).ok());
  EXPECT_THAT(Spread(30), ElementsAre(0u, 30u));
}

TEST_F(ReuseportGroupTest, WithEveryMemberStalledNothingIsSteered) {
  Open(2);
  Away(0, SteeredAway::kStalled);
  Away(1, SteeredAway::kStalled);
  const auto spread = Spread(60);
  EXPECT_GT(spread[0], 0u);
  EXPECT_GT(spread[1], 0u);
}

TEST_F(ReuseportGroupTest, SwitchesTheDistributionLive) {
  Open(3, {0, 1, 0});
  EXPECT_TRUE(group_.SetDistribution(Distribution::kWeighted).ok());
  EXPECT_THAT(Spread(30), ElementsAre(0u, 30u, 0u));
  EXPECT_TRUE(group_.SetDistribution(Distribution::kHash).ok());
  const auto spread = Spread(90);
  EXPECT_GT(spread[0], 0u);
  EXPECT_GT(spread[2], 0u);
  EXPECT_EQ(group_.state().distribution, Distribution::kHash);
}

TEST_F(ReuseportGroupTest, SteersByTheCpuOfTheClientOnLoopback) {
  cpu_set_t before;
  CPU_ZERO(&before);
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  if (!CPU_ISSET(0, &before) || !CPU_ISSET(1, &before)) GTEST_SKIP() << "needs CPUs 0 and 1";
  Open(2);
  EXPECT_TRUE(group_.SetDistribution(Distribution::kCpu).ok());
  for (int cpu = 0; cpu < 2; ++cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
    EXPECT_EQ(Spread(20)[static_cast<std::size_t>(cpu)], 20u);
  }
  ::sched_setaffinity(0, sizeof(before), &before);
}

TEST_F(ReuseportGroupTest, KnowsWhereTheLastMovesWhenOneIsClosed) {
  Open(4);
  Away(3);
  AcceptAll(listeners_[3].get());
  listeners_[0]->Close();  // 3 is now in slot 0, and still takes nothing
  EXPECT_THAT(Spread(40)[3], 0u);
  Away(1);
  EXPECT_THAT(Spread(20), ElementsAre(0u, 0u, 20u, 0u));
  listeners_[3]->Close();  // 2 moves into slot 0
  EXPECT_THAT(Spread(20), ElementsAre(0u, 0u, 20u, 0u));
  listeners_[1]->Close();
  EXPECT_THAT(Spread(20), ElementsAre(0u, 0u, 20u, 0u));
  EXPECT_EQ(group_.state().members, 1u);
}

TEST_F(ReuseportGroupTest, KeepsWhatWaitsOnAMemberThatIsSteeredAway) {
  Open(2);
  while (DepthOf(listeners_[0].get()) < 10) clients_.push_back(TestClient::ConnectIpv4(port_));
  Away(0);
  EXPECT_EQ(Spread(50)[0], 0u);
  EXPECT_EQ(DepthOf(listeners_[0].get()), 10u);
  AcceptAll(listeners_[0].get());
  listeners_[0]->Close();
  EXPECT_EQ(Spread(10)[1], 10u);
}

TEST_F(ReuseportGroupTest, DropsSynsOnceEveryMemberDrains) {
  if (namespace_ == nullptr) GTEST_SKIP() << "needs CAP_NET_ADMIN: " << why_not_;
  Open(2);
  Spread(10);
  Away(0);
  Away(1);
  const auto before = Depths();
  EXPECT_EQ(group_.state().dropping_syns, 2u);
  const int late = StartToConnect(port_);
  EXPECT_EQ(Depths(), before);
  for (const auto& listener : listeners_) {
    AcceptAll(listener.get());
    listener->Close();
  }
  ::close(late);
  EXPECT_EQ(group_.state().members, 0u);
}

TEST_F(ReuseportGroupTest, WithoutThePrivilegeItDrainsAllTheSame) {
  Open(1);
  syscalls_.Fail(Call::kSetSockOpt, EPERM);
  Away(0);
  EXPECT_EQ(group_.state().dropping_syns, 0u);
  EXPECT_EQ(group_.state().failures, 0u);
  EXPECT_EQ(Spread(3)[0], 3u);
}

TEST_F(ReuseportGroupTest, AHandshakeUnderWayIsFinishedOnAMemberThatTakesNoSyns) {
  if (namespace_ == nullptr) GTEST_SKIP() << "needs CAP_NET_ADMIN: " << why_not_;
  Open(1);
  // The client does not see the SYN-ACK until the kernel repeats it, after a second.
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop};
  ASSERT_EQ(::setsockopt(client, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
  const sockaddr* const address = listeners_[0]->address().get();
  ASSERT_EQ(::connect(client, address, listeners_[0]->address().size()), -1);
  ASSERT_EQ(errno, EINPROGRESS);
  Away(0);
  const int nothing = 0;
  ASSERT_EQ(::setsockopt(client, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof(nothing)), 0);
  pollfd connected{client, POLLOUT, 0};
  ASSERT_EQ(::poll(&connected, 1, 10'000), 1);
  EXPECT_EQ(DepthOf(listeners_[0].get()), 1u);
  ::close(client);
}

TEST_F(ReuseportGroupTest, TellsWhatTheKernelRefuses) {
  Open(2);
  syscalls_.Fail(Call::kSetSockOpt, ENOMEM);
  const absl::Status refused = group_.SetDistribution(Distribution::kWeighted);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("net.core.optmem_max"));
  EXPECT_EQ(group_.state().failures, 1u);
  syscalls_.Fail(Call::kSetSockOpt, EPERM);
  EXPECT_EQ(group_.SetDistribution(Distribution::kWeighted).code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(group_.SetDistribution(Distribution::kWeighted).ok());
  syscalls_.Fail(Call::kSetSockOpt, ENOMEM);
  EXPECT_FALSE(group_.SetDistribution(Distribution::kHash).ok());
  EXPECT_EQ(group_.state().failures, 3u);
}

}  // namespace
}  // namespace weir
