#include "weir/reactor/listen/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/testing/faulty_syscalls.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;
using test::TestClient;
using testing::HasSubstr;

SocketAddress Loopback() { return *SocketAddress::Parse("127.0.0.1:0"); }

TEST(ListenerTest, TellsThePortThatTheKernelChose) {
  FaultySyscalls syscalls;
  auto listener = Listener::Open(&syscalls, Loopback(), 16);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_NE((*listener)->address().port(), 0);
  EXPECT_TRUE(TestClient::ConnectIpv4((*listener)->address().port()).connected());
}

TEST(ListenerTest, ListensOnIpv6) {
  FaultySyscalls syscalls;
  auto listener = Listener::Open(&syscalls, *SocketAddress::Parse("[::1]:0"), 16);
  if (!listener.ok()) GTEST_SKIP() << "this host has no IPv6: " << listener.status();
  TestClient client = TestClient::ConnectIpv6((*listener)->address().port());
  ASSERT_TRUE(client.connected());
  AcceptedSocket accepted;
  EXPECT_EQ((*listener)->Accept(&accepted), 0);
  EXPECT_THAT(accepted.peer.ToString(), HasSubstr("[::1]:"));
  syscalls.Close(accepted.fd);
}

TEST(ListenerTest, SeveralShareAnAddress) {
  FaultySyscalls syscalls;
  auto first = Listener::Open(&syscalls, Loopback(), 16);
  ASSERT_TRUE(first.ok());
  auto second = Listener::Open(&syscalls, (*first)->address(), 16);
  ASSERT_TRUE(second.ok()) << second.status();
  const absl::Status taken = Listener::CheckFree(&syscalls, (*first)->address());
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("ss -ltnp"));
}

TEST(ListenerTest, DepthIsExactForEveryFillLevel) {
  constexpr std::uint32_t kBacklog = 8;
  FaultySyscalls syscalls;
  auto listener = Listener::Open(&syscalls, Loopback(), kBacklog);
  ASSERT_TRUE(listener.ok());
  std::vector<TestClient> clients;
  for (std::uint32_t depth = 0; depth <= kBacklog + 1; ++depth) {
    const AcceptQueueSample sample = (*listener)->Sample(0);
    EXPECT_EQ(sample.depth, depth);
    EXPECT_EQ((*listener)->Queue()->depth, depth);
    EXPECT_EQ(sample.backlog_effective, kBacklog);
    EXPECT_EQ(sample.depth_max, depth);
    if (depth <= kBacklog)
      clients.push_back(TestClient::ConnectIpv4((*listener)->address().port()));
  }
  for (std::uint32_t depth = kBacklog + 1; depth > 0; --depth) {
    AcceptedSocket accepted;
    ASSERT_EQ((*listener)->Accept(&accepted), 0);
    syscalls.Close(accepted.fd);
    EXPECT_EQ((*listener)->Sample(0).depth, depth - 1);
  }
  EXPECT_EQ((*listener)->Sample(0).depth_max, kBacklog + 1);
  AcceptedSocket none;
  EXPECT_EQ((*listener)->Accept(&none), -EAGAIN);
}

TEST(ListenerTest, KeepsItsLastSampleWhenItIsClosed) {
  FaultySyscalls syscalls;
  auto listener = Listener::Open(&syscalls, Loopback(), 5);
  ASSERT_TRUE(listener.ok());
  (*listener)->Sample(0);
  (*listener)->Close();
  const AcceptQueueSample sample = (*listener)->Sample(0);
  EXPECT_EQ(sample.backlog_effective, 5u);
  EXPECT_EQ(sample.depth, 0u);
}

class LentListenerTest : public testing::Test {
 protected:
  LentListenerTest() : listener_(*Listener::Open(&syscalls_, Loopback(), 5)) {}
  ~LentListenerTest() override { syscalls_.Close(epoll_); }

  // The data of the event that the borrower has, or 0.
  std::uint64_t Event() {
    epoll_event event{};
    return syscalls_.EpollWait(epoll_, &event, 1, 0) == 1 ? event.data.u64 : 0;
  }
  TestClient Connect() { return TestClient::ConnectIpv4(listener_->address().port()); }

  FaultySyscalls syscalls_;
  const int epoll_ = syscalls_.EpollCreate1(EPOLL_CLOEXEC);
  std::unique_ptr<Listener> listener_;
  AcceptedSocket accepted_;
};

TEST_F(LentListenerTest, TellsTheBorrowerOfWhatWaits) {
  EXPECT_TRUE(listener_->LendTo(epoll_, 7));
  EXPECT_TRUE(listener_->LendTo(epoll_, 7)) << "lent already";
  EXPECT_EQ(Event(), 0u);
  const TestClient client = Connect();
  EXPECT_EQ(Event(), 7u);
  EXPECT_EQ(listener_->LentQueue()->depth, 1u);
  EXPECT_TRUE(listener_->Sample(0).lent);
  ASSERT_EQ(listener_->AcceptLent(&accepted_), 0);
  syscalls_.Close(accepted_.fd);
  EXPECT_EQ(Event(), 0u);
  EXPECT_EQ(listener_->AcceptLent(&accepted_), -EAGAIN);
  EXPECT_EQ(listener_->Sample(0).taken_by_peers, 1u);
  listener_->TakeBackFrom(epoll_);
  listener_->TakeBackFrom(epoll_);
  const TestClient late = Connect();
  EXPECT_EQ(Event(), 0u);
  EXPECT_FALSE(listener_->Sample(0).lent);
}

TEST_F(LentListenerTest, IsLentToNobodyOnceItIsClosed) {
  EXPECT_TRUE(listener_->LendTo(epoll_, 7));
  const int same_socket = ::dup(listener_->fd());  // as another process may have it
  const TestClient client = Connect();
  listener_->Close();
  EXPECT_EQ(Event(), 0u);
  EXPECT_FALSE(listener_->LendTo(epoll_, 7));
  EXPECT_FALSE(listener_->LentQueue().has_value());
  EXPECT_EQ(listener_->AcceptLent(&accepted_), -EAGAIN);
  EXPECT_FALSE(listener_->Sample(0).lent);
  listener_->TakeBackFrom(epoll_);
  syscalls_.Close(same_socket);
}

TEST_F(LentListenerTest, TheOwnerMayWithholdIt) {
  EXPECT_TRUE(listener_->LendTo(epoll_, 7));
  const TestClient client = Connect();
  listener_->Withhold();
  EXPECT_FALSE(listener_->LentQueue().has_value());
  EXPECT_EQ(listener_->AcceptLent(&accepted_), -EAGAIN);
  EXPECT_EQ(listener_->Queue()->depth, 1u);
  listener_->TakeBackFrom(epoll_);
  EXPECT_FALSE(listener_->LendTo(epoll_, 7));
}

TEST_F(LentListenerTest, SaysWhenTheKernelWouldNotLendIt) {
  syscalls_.Fail(Call::kEpollCtl, ENOSPC);
  EXPECT_FALSE(listener_->LendTo(epoll_, 7));
  EXPECT_FALSE(listener_->Sample(0).lent);
  EXPECT_TRUE(listener_->LendTo(epoll_, 7));
}

TEST(ListenerTest, ABacklogThatIsRefusedLeavesTheOneBefore) {
  FaultySyscalls syscalls;
  const auto listener = Listener::Open(&syscalls, Loopback(), 5);
  ASSERT_TRUE(listener.ok()) << listener.status();
  syscalls.Fail(Call::kListen, EADDRINUSE);
  EXPECT_FALSE((*listener)->SetBacklog(9).ok());
  EXPECT_EQ((*listener)->Sample(1).backlog_requested, 5u);
  EXPECT_EQ((*listener)->Sample(1).backlog_effective, 5u);
  EXPECT_TRUE((*listener)->SetBacklog(9).ok());
  EXPECT_EQ((*listener)->Sample(1).backlog_requested, 9u);
  (*listener)->Close();
  EXPECT_EQ((*listener)->SetBacklog(7).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*listener)->backlog_requested(), 9u);
}

struct OpenFault {
  Call call;
  int error;
  absl::StatusCode code;
};

class ListenerFaultTest : public testing::TestWithParam<OpenFault> {};

TEST_P(ListenerFaultTest, SaysWhatFailedAndKeepsNoDescriptor) {
  FaultySyscalls syscalls;
  syscalls.Fail(GetParam().call, GetParam().error);
  const auto listener = Listener::Open(&syscalls, Loopback(), 5);
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().code(), GetParam().code) << listener.status();
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("127.0.0.1:0"));
  const std::uint64_t opened = GetParam().call == Call::kSocket ? 0 : 1;
  EXPECT_EQ(syscalls.Count(Call::kClose), opened);
}

INSTANTIATE_TEST_SUITE_P(
    EachCall, ListenerFaultTest,
    testing::Values(OpenFault{Call::kSocket, EMFILE, absl::StatusCode::kResourceExhausted},
                    OpenFault{Call::kSocket, ENOBUFS, absl::StatusCode::kResourceExhausted},
                    OpenFault{Call::kSocket, EAFNOSUPPORT, absl::StatusCode::kInvalidArgument},
                    OpenFault{Call::kSetSockOpt, ENOPROTOOPT, absl::StatusCode::kInternal},
                    OpenFault{Call::kBind, EADDRINUSE, absl::StatusCode::kAlreadyExists},
                    OpenFault{Call::kBind, EACCES, absl::StatusCode::kPermissionDenied},
                    OpenFault{Call::kBind, EADDRNOTAVAIL, absl::StatusCode::kInvalidArgument},
                    OpenFault{Call::kListen, EADDRINUSE, absl::StatusCode::kAlreadyExists},
                    OpenFault{Call::kGetSockName, ENOBUFS, absl::StatusCode::kResourceExhausted}));

}  // namespace
}  // namespace weir
