// What a whole server tells of its SYN queues and of the namespace, against the kernel's own word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/server.h"
#include "weir/tests/kernel/kernel_test.h"

namespace weir {
namespace {

using test::KernelTest;
using test::Knock;
using test::NetworkNamespace;
using test::WaitFor;

constexpr std::uint32_t kMark = 0x77000;

std::unique_ptr<Server> StartServer(std::uint64_t backlog, std::uint32_t first_mark = 0) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  options.limits.listen_backlog = backlog;
  options.limits.kernel_sample_interval_ms = 100;
  options.first_listener_mark = first_mark;
  options.on_event = [](const Event&) {};
  auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

std::vector<Knock> BeginHandshakes(const Server& server, int count) {
  std::vector<Knock> callers;
  for (int i = 0; i < count; ++i) callers.push_back(Knock::HalfOpen(server.port()));
  return callers;
}

// The server's word, once it has that many half-open connections.
SynQueueSample Await(const Server& server, std::uint64_t half_open) {
  SynQueueSample sample;
  EXPECT_TRUE(WaitFor([&] {
    const KernelStats stats = server.Stats().kernel;
    if (stats.syn_queues.size() == 1) sample = stats.syn_queues[0];
    return sample.half_open == half_open && sample.scope != SynQueueScope::kUnknown;
  })) << sample.half_open
      << " " << sample.note;
  return sample;
}

std::uint32_t KernelsCount(const Server& server, std::uint32_t mark) {
  const auto count = InetDiag(Syscalls::System()).CountSynReceived({server.port(), AF_INET, mark});
  EXPECT_TRUE(count.ok()) << count.status();
  return count.value_or(0);
}

// Takes CAP_NET_ADMIN from the calling thread, and from those that it starts, while it lives.
class WithoutNetAdmin {
 public:
  WithoutNetAdmin() {
    EXPECT_EQ(::syscall(SYS_capget, &header_, before_), 0);
    __user_cap_data_struct less[2] = {before_[0], before_[1]};
    less[0].effective &= ~(1u << CAP_NET_ADMIN);
    EXPECT_EQ(::syscall(SYS_capset, &header_, less), 0);
  }
  ~WithoutNetAdmin() { EXPECT_EQ(::syscall(SYS_capset, &header_, before_), 0); }
  WithoutNetAdmin(const WithoutNetAdmin&) = delete;
  WithoutNetAdmin& operator=(const WithoutNetAdmin&) = delete;

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

TEST_F(KernelTest, WithoutMarksTheTotalOfTheGroupIsToldAndCalledThat) {
  const auto server = StartServer(64);
  EXPECT_EQ(Await(*server, 0).scope, SynQueueScope::kGroupTotal);
  const std::vector<Knock> callers = BeginHandshakes(*server, 12);
  const SynQueueSample sample = Await(*server, 12);
  EXPECT_EQ(sample.scope, SynQueueScope::kGroupTotal);
  EXPECT_EQ(sample.address, server->address());
  EXPECT_TRUE(sample.half_open_by_reactor.empty());
  EXPECT_EQ(sample.note, "");
}

TEST_F(KernelTest, WithMarksEachListenerIsToldApart) {
  const auto server = StartServer(64, kMark);
  const std::vector<Knock> callers = BeginHandshakes(*server, 40);
  const SynQueueSample sample = Await(*server, 40);
  EXPECT_EQ(sample.scope, SynQueueScope::kPerListener);
  ASSERT_EQ(sample.half_open_by_reactor.size(), 2u);
  EXPECT_EQ(sample.half_open_by_reactor[0], KernelsCount(*server, kMark));
  EXPECT_EQ(sample.half_open_by_reactor[1], KernelsCount(*server, kMark + 1));
  EXPECT_EQ(sample.half_open_by_reactor[0] + sample.half_open_by_reactor[1], 40u);
}

TEST_F(KernelTest, WithoutThePrivilegeForMarksItSaysSoAndTellsTheTotal) {
  std::unique_ptr<Server> server;
  {
    const WithoutNetAdmin without;
    server = StartServer(64, kMark);
  }
  const std::vector<Knock> callers = BeginHandshakes(*server, 5);
  const SynQueueSample sample = Await(*server, 5);
  EXPECT_EQ(sample.scope, SynQueueScope::kGroupTotal);
  EXPECT_THAT(sample.note, testing::HasSubstr("CAP_NET_ADMIN"));
}

// The SYN queue of a listener holds one more than its backlog too; beyond it come cookies.
TEST_F(KernelTest, AFullSynQueueMovesTheNamespacesCounters) {
  if (!network().SetSysctl("ipv4/tcp_syncookies", "1")) {
    GTEST_SKIP() << "net.ipv4.tcp_syncookies can't be written here";
  }
  {
    const auto other = StartServer(1);
    const std::vector<Knock> callers = BeginHandshakes(*other, 20);
    ASSERT_TRUE(WaitFor([] { return NetworkNamespace::TcpExt("SyncookiesSent") >= 16; }));
  }
  const auto server = StartServer(1);
  const std::vector<Knock> callers = BeginHandshakes(*server, 20);
  ASSERT_TRUE(WaitFor([&] {
    const KernelStats stats = server->Stats().kernel;
    const auto cookies = stats.counters[static_cast<std::size_t>(NetnsCounter::kReqQFullDoCookies)];
    return cookies.value_or(0) >= 16;
  }));
  const KernelStats stats = server->Stats().kernel;
  for (const NetnsCounter counter :
       {NetnsCounter::kReqQFullDoCookies, NetnsCounter::kSyncookiesSent}) {
    const std::uint64_t moved = *stats.counters[static_cast<std::size_t>(counter)];
    EXPECT_GE(moved, 16u) << Name(counter);  // 20 less 2 in each of the two queues
    EXPECT_LT(moved, NetworkNamespace::TcpExt(std::string(Name(counter))))
        << "it began to count when the server started";
  }
  EXPECT_TRUE(WaitFor([&] {
    const std::vector<Event> events = server->events().Read(0, 100).events;
    return std::any_of(events.begin(), events.end(), [](const Event& event) {
      return event.kind == EventKind::kSynCookiesBegan && event.Number("cookies") > 0;
    });
  }));
}

// Without cookies SYNs are dropped while the queues of the listener have room.
TEST_F(KernelTest, SynsThatAreDroppedForWantOfCookiesAreTold) {
  if (!network().SetSysctl("ipv4/tcp_syncookies", "0") ||
      !network().SetSysctl("ipv4/tcp_max_syn_backlog", "8")) {
    GTEST_SKIP() << "net.ipv4.tcp_syncookies can't be written here";
  }
  const auto server = StartServer(64);
  const std::vector<Knock> callers = BeginHandshakes(*server, 40);
  std::vector<Event> told;
  ASSERT_TRUE(WaitFor([&] {
    told = server->events().Read(0, 100).events;
    return std::any_of(told.begin(), told.end(),
                       [](const Event& event) { return event.kind == EventKind::kDropsBegan; });
  }));
  for (const Event& event : told) {
    if (event.kind != EventKind::kDropsBegan) continue;
    EXPECT_EQ(event.Number("listen_overflows"), 0u);
    EXPECT_GE(event.Number("discards"), 1u);
    EXPECT_THAT(event.fix, testing::HasSubstr("tcp_syncookies=1"));
  }
}

}  // namespace
}  // namespace weir
