// InetDiag against the kernel, in a network namespace where nothing else is.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/testing/knock.h"
#include "weir/reactor/testing/network_namespace.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Knock;
using test::TestClient;

// "", or why this process may have no namespace of its own; entered once, for all tests.
const std::string& WhyNoNamespace() {
  static std::string why_not;
  static const auto entered = test::NetworkNamespace::Enter(&why_not);
  return why_not;
}

// A listening socket of the test's own. `mark` 0: none.
class TestListener {
 public:
  TestListener(const char* address, int backlog, std::uint32_t mark = 0) {
    SocketAddress at = *SocketAddress::Parse(address);
    fd_ = ::socket(at.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (mark != 0) {
      EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)), 0);
    }
    EXPECT_EQ(::bind(fd_, at.get(), at.size()), 0);
    EXPECT_EQ(::listen(fd_, backlog), 0);
    sockaddr_storage bound{};
    socklen_t size = sizeof(bound);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
    address_ = SocketAddress::From(bound);
  }
  ~TestListener() { ::close(fd_); }
  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;

  const SocketAddress& address() const { return address_; }
  std::uint16_t port() const { return address_.port(); }
  std::uint32_t inode() const {
    struct stat status {};
    ::fstat(fd_, &status);
    return static_cast<std::uint32_t>(status.st_ino);
  }

 private:
  int fd_ = -1;
  SocketAddress address_;
};

class InetDiagKernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!WhyNoNamespace().empty()) GTEST_SKIP() << WhyNoNamespace();
  }

  std::uint32_t Count(const SynQueueFilter& filter) {
    const absl::StatusOr<std::uint32_t> count = diag_.CountSynReceived(filter);
    EXPECT_TRUE(count.ok()) << count.status();
    return count.ok() ? *count : 0;
  }

  InetDiag diag_{Syscalls::System()};
};

TEST_F(InetDiagKernelTest, FindsEveryListenerOfBothFamilies) {
  const TestListener ipv4("127.0.0.1:0", 7);
  const TestListener ipv6("[::]:0", 9);
  const auto rows = diag_.Listeners();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].address.ToString(), ipv4.address().ToString());
  EXPECT_EQ((*rows)[0].backlog, 7u);
  EXPECT_EQ((*rows)[0].depth, 0u);
  EXPECT_EQ((*rows)[0].inode, ipv4.inode());
  EXPECT_EQ((*rows)[0].uid, ::getuid());
  EXPECT_EQ((*rows)[0].discards, 0u);
  EXPECT_FALSE((*rows)[0].ipv6_only.has_value());
  EXPECT_EQ((*rows)[1].address.ToString(), ipv6.address().ToString());
  EXPECT_EQ((*rows)[1].backlog, 9u);
  EXPECT_EQ((*rows)[1].ipv6_only, false);
}

TEST_F(InetDiagKernelTest, DepthAndDiscardsAreTheKernels) {
  constexpr std::uint32_t kBacklog = 3;
  const TestListener listener("127.0.0.1:0", kBacklog);
  std::vector<TestClient> clients;
  for (std::uint32_t depth = 0; depth <= kBacklog + 1; ++depth) {
    const auto rows = diag_.Listeners();
    ASSERT_TRUE(rows.ok() && rows->size() == 1) << rows.status();
    EXPECT_EQ(rows->front().depth, depth);
    EXPECT_EQ(rows->front().discards, 0u);
    if (depth <= kBacklog) clients.push_back(TestClient::ConnectIpv4(listener.port()));
  }
  const Knock dropped(listener.port());
  EXPECT_EQ(diag_.Listeners()->front().discards, 1u);
}

TEST_F(InetDiagKernelTest, ListsOnePort) {
  const TestListener first("127.0.0.1:0", 1);
  const TestListener second(first.address().ToString().c_str(), 2);
  const TestListener other("127.0.0.1:0", 3);
  const auto rows = diag_.Listeners(first.port());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  for (const DiagRow& row : *rows) EXPECT_EQ(row.address.port(), first.port());
}

TEST_F(InetDiagKernelTest, ListsMoreThanOneDatagramHolds) {
  std::vector<std::unique_ptr<TestListener>> listeners;
  for (int i = 0; i < 700; ++i) {
    listeners.push_back(std::make_unique<TestListener>("127.0.0.1:0", 1));
  }
  const auto rows = diag_.Listeners();
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->size(), listeners.size());
}

TEST_F(InetDiagKernelTest, CountsHalfOpenConnectionsOfAPort) {
  const TestListener listener("127.0.0.1:0", 16);
  const TestListener other("127.0.0.1:0", 16);
  std::vector<Knock> clients;
  clients.push_back(Knock::HalfOpen(other.port()));
  for (std::uint32_t count = 0; count <= 5; ++count) {
    EXPECT_EQ(Count({listener.port(), AF_UNSPEC, {}}), count);
    clients.push_back(Knock::HalfOpen(listener.port()));
  }
  const TestClient whole = TestClient::ConnectIpv4(listener.port());  // is none
  EXPECT_EQ(Count({listener.port(), AF_UNSPEC, {}}), 6u);
  EXPECT_EQ(Count({listener.port(), AF_INET, {}}), 6u);
  EXPECT_EQ(Count({listener.port(), AF_INET6, {}}), 0u);
  EXPECT_EQ(Count({other.port(), AF_UNSPEC, {}}), 1u);
}

TEST_F(InetDiagKernelTest, ClientsCountUnderTheFamilyOfTheirListener) {
  const TestListener listener("[::]:0", 16);
  std::vector<Knock> clients;
  for (const int family : {AF_INET, AF_INET6, AF_INET6}) {
    clients.push_back(Knock::HalfOpen(listener.port(), family));
  }
  EXPECT_EQ(Count({listener.port(), AF_INET, {}}), 0u);
  EXPECT_EQ(Count({listener.port(), AF_INET6, {}}), 3u);
  EXPECT_EQ(Count({listener.port(), AF_UNSPEC, {}}), 3u);
}

TEST_F(InetDiagKernelTest, TellsTheListenersOfAGroupApartByTheirMark) {
  const TestListener first("127.0.0.1:0", 64, 0x10001);
  const TestListener second(first.address().ToString().c_str(), 64, 0x10002);
  const auto rows = diag_.Listeners();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  for (const DiagRow& row : *rows) {
    EXPECT_EQ(row.mark, row.inode == first.inode() ? 0x10001u : 0x10002u);
  }
  std::vector<Knock> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(Knock::HalfOpen(first.port()));
  const std::uint32_t of_first = Count({first.port(), AF_UNSPEC, 0x10001});
  const std::uint32_t of_second = Count({first.port(), AF_UNSPEC, 0x10002});
  EXPECT_EQ(of_first + of_second, 40u);
  EXPECT_GT(of_first, 0u);  // missed once in 2^40 runs
  EXPECT_GT(of_second, 0u);
  EXPECT_EQ(Count({first.port(), AF_UNSPEC, 0x10003}), 0u);
  EXPECT_EQ(Count({first.port(), AF_UNSPEC, {}}), 40u);
}

}  // namespace
}  // namespace weir
