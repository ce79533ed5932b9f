#include "weir/reactor/listen/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
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
