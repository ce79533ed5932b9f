#include "weir/reactor/listen/shared_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/listen/listener.h"
#include "weir/reactor/testing/faulty_syscalls.h"
#include "weir/reactor/testing/temp_folder.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;
using test::TempFolder;
using test::TestClient;
using testing::HasSubstr;

class SharedSocketTest : public testing::Test {
 protected:
  // A listener on path_, which is published.
  std::unique_ptr<Listener> Listen(std::uint64_t backlog = 16) {
    auto socket = SharedSocket::Open(&syscalls_, path_, 0600);
    EXPECT_TRUE(socket.ok()) << socket.status();
    auto listener = Listener::Share(&syscalls_, *socket, backlog, true);
    EXPECT_TRUE(listener.ok()) << listener.status();
    EXPECT_TRUE((*socket)->Publish().ok());
    return *std::move(listener);
  }
  absl::Status Refusal() { return SharedSocket::Open(&syscalls_, path_, 0600).status(); }
  bool Exists() const { return ::access(path_.c_str(), F_OK) == 0; }

  const TempFolder folder_;
  const std::string path_ = folder_.File("http.sock");
  FaultySyscalls syscalls_;
};

TEST_F(SharedSocketTest, IsThereWithItsModeWhileSomebodyListens) {
  {
    const auto listener = Listen();
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_TRUE(TestClient::ConnectUnix(path_).connected());
    AcceptedSocket accepted;
    ASSERT_EQ(listener->Accept(&accepted), 0);
    EXPECT_EQ(accepted.peer.ToString(), "unix");
    ::close(accepted.fd);
  }
  EXPECT_FALSE(Exists());
}

TEST_F(SharedSocketTest, IsNotTakenFromAnother) {
  const auto listener = Listen();
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(SharedSocketTest, ReplacesOneThatNobodyListensOn) {
  const std::string kept = folder_.File("kept");
  {
    const auto listener = Listen();
    ASSERT_EQ(::link(path_.c_str(), kept.c_str()), 0);
  }
  ASSERT_EQ(::rename(kept.c_str(), path_.c_str()), 0);  // as a server leaves it that was killed
  ASSERT_TRUE(Exists());
  const auto listener = Listen();
  EXPECT_TRUE(TestClient::ConnectUnix(path_).connected());
}

TEST_F(SharedSocketTest, LeavesWhatIsNoSocketAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Exists());
}

TEST_F(SharedSocketTest, RefusesAPathThatIsNone) {
  for (const std::string& path :
       {std::string(), std::string("relative.sock"), "/" + std::string(90, 'x')}) {
    EXPECT_EQ(SharedSocket::Open(&syscalls_, path, 0600).status().code(),
              absl::StatusCode::kInvalidArgument)
        << path;
  }
  EXPECT_EQ(SharedSocket::Open(&syscalls_, folder_.File("none/s"), 0600).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SharedSocketTest, DepthIsExactForEveryFillLevel) {
  constexpr std::uint32_t kBacklog = 4;
  const auto listener = Listen(kBacklog);
  if (listener->Sample(0).backlog_effective == 0) GTEST_SKIP() << "this kernel has no unix_diag";
  std::vector<TestClient> clients;
  for (std::uint32_t depth = 0; depth <= kBacklog + 1; ++depth) {
    EXPECT_EQ(listener->Sample(0).depth, depth);
    EXPECT_EQ(listener->Sample(0).backlog_effective, kBacklog);
    EXPECT_EQ(listener->Sample(0).depth_max, depth);
    if (depth <= kBacklog) clients.push_back(TestClient::ConnectUnix(path_));
  }
  ASSERT_TRUE(listener->SetBacklog(9).ok());
  EXPECT_EQ(listener->Sample(0).backlog_effective, 9u);
}

TEST_F(SharedSocketTest, WhoWaitsIsStillAcceptedWhenItTakesNoMore) {
  const auto listener = Listen();
  const TestClient first = TestClient::ConnectUnix(path_);
  const TestClient second = TestClient::ConnectUnix(path_);
  listener->TakeNoMore();
  EXPECT_FALSE(TestClient::ConnectUnix(path_).connected());
  for (int i = 0; i < 2; ++i) {
    AcceptedSocket accepted;
    ASSERT_EQ(listener->Accept(&accepted), 0);
    ::close(accepted.fd);
  }
  AcceptedSocket none;
  EXPECT_EQ(listener->Accept(&none), -EAGAIN);
}

TEST_F(SharedSocketTest, SaysWhatFailedAndLeavesNothingBehind) {
  const std::pair<Call, absl::StatusCode> faults[] = {
      {Call::kSocket, absl::StatusCode::kResourceExhausted},
      {Call::kBind, absl::StatusCode::kResourceExhausted},
  };
  for (const auto& [call, code] : faults) {
    syscalls_.Fail(call, ENOBUFS);
    const absl::Status refusal = Refusal();
    EXPECT_EQ(refusal.code(), code);
    EXPECT_THAT(std::string(refusal.message()), HasSubstr("unix:" + path_));
  }
  EXPECT_EQ(syscalls_.Count(Call::kClose), 1u);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.File("")));
}

}  // namespace
}  // namespace weir
