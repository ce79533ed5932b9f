// What a listener tells of its accept queue against what the kernel and the clients see.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <vector>

#include "weir/reactor/testing/test_client.h"
#include "weir/tests/kernel/kernel_test.h"

namespace weir {
namespace {

using test::KernelTest;
using test::Knock;
using test::NetworkNamespace;
using test::NowNs;
using test::TestClient;
using test::WaitFor;

constexpr std::uint32_t kBacklogs[] = {1, 4, 8, 127};

// The socket's own count, read beside the listener.
std::uint32_t RawDrops(const Listener& listener) {
  const auto drops = ReadDiscards(Syscalls::System(), listener.fd());
  EXPECT_TRUE(drops.has_value());
  return drops.value_or(0);
}

// A sample that nothing overtook: the counters were the same before it and after it.
AcceptQueueSample QuietSample(Listener* listener) {
  AcceptQueueSample sample;
  EXPECT_TRUE(WaitFor([&] {
    const std::uint32_t before = RawDrops(*listener);
    sample = listener->Sample(NowNs());
    return before == RawDrops(*listener);
  }));
  return sample;
}

// Connects one after the other, until the queue has `depth`.
std::vector<TestClient> Fill(const Listener& listener, std::uint32_t depth) {
  std::vector<TestClient> clients;
  while (clients.size() < depth) {
    clients.push_back(TestClient::ConnectIpv4(listener.address().port()));
    EXPECT_TRUE(clients.back().connected());
  }
  return clients;
}

// Sends SYNs that the full listener drops, and waits until it has. Returns the callers.
std::vector<Knock> Overflow(Listener* listener, int attempts) {
  const std::uint32_t before = RawDrops(*listener);
  std::vector<Knock> callers;
  for (int i = 0; i < attempts; ++i) callers.emplace_back(listener->address().port());
  EXPECT_TRUE(WaitFor(
      [&] { return RawDrops(*listener) - before >= static_cast<std::uint32_t>(attempts); }));
  return callers;
}

TEST_F(KernelTest, DepthIsExactForEveryFillLevelAndTheQueueHoldsOneMore) {
  for (const std::uint32_t backlog : kBacklogs) {
    const auto listener = Listen(backlog);
    std::vector<TestClient> clients;
    for (std::uint32_t depth = 0; depth <= backlog + 1; ++depth) {
      ASSERT_TRUE(WaitFor([&] { return listener->Queue()->depth == depth; })) << depth;
      EXPECT_EQ(listener->Sample(NowNs()).depth_max, depth);
      EXPECT_EQ(listener->Queue()->backlog, backlog);
      if (depth <= backlog) {
        clients.push_back(TestClient::ConnectIpv4(listener->address().port()));
        ASSERT_TRUE(clients.back().connected());
      }
    }
    EXPECT_EQ(listener->Sample(NowNs()).discards, 0u);
    // The one after it is not let in.
    EXPECT_FALSE(Overflow(listener.get(), 1)[0].connected());
    EXPECT_EQ(listener->Queue()->depth, backlog + 1);
    for (std::uint32_t depth = backlog + 1; depth > 0; --depth) {
      AcceptedSocket accepted;
      ASSERT_EQ(listener->Accept(&accepted), 0);
      ::close(accepted.fd);
      EXPECT_EQ(listener->Queue()->depth, depth - 1);
    }
  }
}

// A SYN at a full queue is one drop of the socket and one ListenOverflows of the namespace.
TEST_F(KernelTest, DiscardsOfAFullQueueAreTheSocketsDropsAndTheNamespacesOverflows) {
  const auto listener = Listen(4);
  const std::vector<TestClient> clients = Fill(*listener, 5);
  ASSERT_EQ(listener->Sample(NowNs()).discards_when_full, 0u);
  const std::vector<Knock> refused = Overflow(listener.get(), 7);
  const AcceptQueueSample sample = QuietSample(listener.get());
  EXPECT_GE(sample.discards, 7u);
  EXPECT_TRUE(WaitFor([&] {
    const AcceptQueueSample now = QuietSample(listener.get());
    return now.discards == RawDrops(*listener) && now.discards_when_full == now.discards &&
           now.discards == NetworkNamespace::TcpExt("ListenOverflows");
  }));
}

// A client that repeats its SYN is answered, and yet the kernel counts a drop (tcp_check_req in
// net/ipv4/tcp_minisocks.c): a discard that refuses nobody.
TEST_F(KernelTest, DiscardsWithRoomInTheQueueAreNotOverflow) {
  const auto listener = Listen(8);
  const Knock half_open = Knock::HalfOpen(listener->address().port());
  ASSERT_TRUE(WaitFor([&] { return RawDrops(*listener) > 0; }));
  const AcceptQueueSample sample = QuietSample(listener.get());
  EXPECT_GT(sample.discards, 0u);
  EXPECT_EQ(sample.discards_when_full, 0u);
  EXPECT_EQ(NetworkNamespace::TcpExt("ListenOverflows"), 0u);
}

TEST_F(KernelTest, TellsTheListenersOfAGroupApart) {
  const auto wide = Listen(8);
  const auto narrow = Listen(1, wide->address().port());
  // By hash about 32 for each: more than 9 and more than 2.
  std::vector<Knock> callers;
  for (int i = 0; i < 64; ++i) callers.emplace_back(wide->address().port());
  ASSERT_TRUE(WaitFor([&] {
    return wide->Queue()->depth == 9 && narrow->Queue()->depth == 2 &&
           RawDrops(*wide) + RawDrops(*narrow) >= 64 - 11;
  }));
  EXPECT_TRUE(WaitFor([&] {
    const AcceptQueueSample of_wide = QuietSample(wide.get());
    const AcceptQueueSample of_narrow = QuietSample(narrow.get());
    return of_wide.discards == RawDrops(*wide) && of_narrow.discards == RawDrops(*narrow) &&
           of_wide.discards + of_narrow.discards == NetworkNamespace::TcpExt("ListenOverflows");
  }));
  EXPECT_EQ(wide->Sample(NowNs()).depth_max, 9u);
  EXPECT_EQ(narrow->Sample(NowNs()).depth_max, 2u);
  // One that does not overflow has none of the other's.
  const auto calm = Listen(100);
  EXPECT_EQ(calm->Sample(NowNs()).discards, 0u);
}

TEST_F(KernelTest, ARaisedBacklogTakesEffectAtOnce) {
  const auto listener = Listen(2);
  const std::vector<TestClient> first = Fill(*listener, 3);
  std::vector<Knock> refused = Overflow(listener.get(), 1);
  ASSERT_TRUE(listener->SetBacklog(10).ok());
  EXPECT_EQ(listener->Queue()->backlog, 10u);
  refused.clear();
  const std::vector<TestClient> more = Fill(*listener, 8);
  EXPECT_TRUE(WaitFor([&] { return listener->Queue()->depth == 11; }));
}

TEST_F(KernelTest, ALoweredBacklogLosesNothingThatWaits) {
  const auto listener = Listen(10);
  const std::vector<TestClient> clients = Fill(*listener, 8);
  ASSERT_TRUE(listener->SetBacklog(3).ok());
  EXPECT_EQ(listener->Queue()->backlog, 3u);
  EXPECT_EQ(listener->Queue()->depth, 8u);
  const std::vector<Knock> refused = Overflow(listener.get(), 1);
  for (int i = 0; i < 8; ++i) {
    AcceptedSocket accepted;
    ASSERT_EQ(listener->Accept(&accepted), 0) << i;
    ::close(accepted.fd);
  }
}

TEST_F(KernelTest, SomaxconnCapsAtTheCallAndARiseNeedsAnotherCall) {
  if (!network().SetSysctl("core/somaxconn", "16")) {
    GTEST_SKIP() << "net.core.somaxconn can't be written here";
  }
  const auto listener = Listen(64);
  EXPECT_EQ(listener->Queue()->backlog, 16u);
  EXPECT_EQ(listener->Sample(NowNs()).backlog_requested, 64u);
  ASSERT_TRUE(network().SetSysctl("core/somaxconn", "32"));
  EXPECT_EQ(listener->Queue()->backlog, 16u) << "the setting alone does nothing";
  ASSERT_TRUE(listener->SetBacklog(64).ok());
  EXPECT_EQ(listener->Queue()->backlog, 32u);
  ASSERT_TRUE(network().SetSysctl("core/somaxconn", "8"));
  EXPECT_EQ(listener->Queue()->backlog, 32u);
}

}  // namespace
}  // namespace weir
