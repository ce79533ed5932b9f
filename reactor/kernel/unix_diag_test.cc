#include "weir/reactor/kernel/unix_diag.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "weir/reactor/testing/faulty_syscalls.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;

constexpr int kBacklog = 4;

// A listening Unix socket with a name of the kernel's choice (unix(7), "Autobind feature").
class UnixDiagTest : public testing::Test {
 protected:
  UnixDiagTest() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)), 0);
    EXPECT_EQ(::listen(fd_, kBacklog), 0);
    size_ = sizeof(address_);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size_), 0);
  }
  ~UnixDiagTest() override {
    for (const int fd : clients_) ::close(fd);
    ::close(fd_);
  }

  bool Connect() {
    clients_.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return ::connect(clients_.back(), reinterpret_cast<const sockaddr*>(&address_), size_) == 0;
  }
  std::uint32_t inode() const {
    struct stat status {};
    EXPECT_EQ(::fstat(fd_, &status), 0);
    return static_cast<std::uint32_t>(status.st_ino);
  }

  FaultySyscalls syscalls_;
  UnixDiag diag_{&syscalls_};
  const int fd_;

 private:
  sockaddr_un address_{};
  socklen_t size_ = 0;
  std::vector<int> clients_;
};

TEST_F(UnixDiagTest, DepthIsExactForEveryFillLevel) {
  if (!diag_.QueueOf(inode()).has_value()) GTEST_SKIP() << "this kernel has no unix_diag";
  for (std::uint32_t depth = 0; depth <= kBacklog + 1; ++depth) {
    const auto queue = diag_.QueueOf(inode());
    ASSERT_TRUE(queue.has_value());
    EXPECT_EQ(queue->depth, depth);
    EXPECT_EQ(queue->backlog, std::uint32_t{kBacklog});
    EXPECT_EQ(Connect(), depth <= kBacklog);
    if (depth > kBacklog) {
      EXPECT_EQ(errno, EAGAIN) << "a full queue refuses nobody: they wait";
    }
  }
}

TEST_F(UnixDiagTest, KnowsNothingOfOthers) { EXPECT_FALSE(diag_.QueueOf(0xfffffff0).has_value()); }

TEST_F(UnixDiagTest, AFailureIsNoAnswerAndDoesNotLast) {
  if (!diag_.QueueOf(inode()).has_value()) GTEST_SKIP() << "this kernel has no unix_diag";
  for (const Call call : {Call::kSend, Call::kRecv}) {
    syscalls_.Fail(call, ENOBUFS);
    EXPECT_FALSE(diag_.QueueOf(inode()).has_value());
    const auto again = diag_.QueueOf(inode());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->depth, 0u);
  }
}

TEST(UnixDiagSocketTest, WantOfDescriptorsIsNoAnswer) {
  FaultySyscalls syscalls;
  syscalls.Fail(Call::kSocket, EMFILE);
  UnixDiag diag(&syscalls);
  EXPECT_FALSE(diag.QueueOf(1).has_value());
}

}  // namespace
}  // namespace weir
