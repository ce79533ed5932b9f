// A whole server one of whose reactors is held up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::BlockingClient;
using testing::HasSubstr;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kBlock[] = "GET /block HTTP/1.1\r\nHost: h\r\n\r\n";

// Where handlers wait until it is opened.
class Gate {
 public:
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void Open() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

std::uint64_t Sum(const ServerStats& stats, Counter counter) {
  std::uint64_t sum = 0;
  for (const ReactorStats& reactor : stats.reactors) {
    sum += reactor.counters[static_cast<std::size_t>(counter)];
  }
  return sum;
}

class ServerStallTest : public testing::Test {
 protected:
  void Start(std::uint64_t steer_ms) {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 2;
    options.limits.stall_threshold_ms = 1;
    options.limits.stall_steer_ms = steer_ms;
    options.on_event = [](const Event&) {};
    auto server = Server::Start(options, [this](const Request& request, ResponseWriter response) {
      if (request.target() == "/block") gate_.Wait();
      response.Send(200, "text/plain", "hello");
    });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  Gate gate_;
  std::unique_ptr<Server> server_;
};

constexpr std::uint64_t kNeverMs = 86'400'000;

// Of 40 connections the kernel gives some to either reactor. All are answered while one can't.
TEST_F(ServerStallTest, TheOtherReactorServesWhatWaits) {
  Start(kNeverMs);
  BlockingClient blocked(server_->port());
  blocked.Send(kBlock);
  gate_.AwaitWaiting(1);
  std::vector<std::unique_ptr<BlockingClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<BlockingClient>(server_->port()));
    EXPECT_THAT(clients.back()->Ask(kGet), HasSubstr("hello"));
  }
  EXPECT_GE(Sum(server_->Stats(), Counter::kConnectionsRescued), 1u);
  EXPECT_GE(Sum(server_->Stats(), Counter::kStalls), 1u);
  gate_.Open();
  EXPECT_THAT(blocked.ReadAnswer(), HasSubstr("hello"));
}

// The very moment that a longer backlog is for: who is stalled does not listen again by itself.
TEST_F(ServerStallTest, AnotherBacklogIsInForceDuringTheStall) {
  Start(kNeverMs);
  BlockingClient blocked(server_->port());
  blocked.Send(kBlock);
  gate_.AwaitWaiting(1);
  const auto update = server_->limits().Update([](Limits* limits) { limits->listen_backlog = 7; });
  ASSERT_TRUE(update.ok()) << update.status();
  for (const ReactorStats& reactor : server_->Stats().reactors) {
    EXPECT_EQ(reactor.accept_queue.backlog_effective, 7u) << reactor.reactor;
  }
  gate_.Open();
  EXPECT_THAT(blocked.ReadAnswer(), HasSubstr("hello"));
}

// Connections come and go while the server begins to drain with one reactor held up.
TEST_F(ServerStallTest, DrainsWithNothingLost) {
  Start(1);
  BlockingClient blocked(server_->port());
  blocked.Send(kBlock);
  gate_.AwaitWaiting(1);
  std::vector<std::unique_ptr<BlockingClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<BlockingClient>(server_->port()));
    clients.back()->Send(kGet);
  }
  server_->Drain();
  gate_.Open();
  for (const auto& client : clients) EXPECT_THAT(client->ReadAnswer(), HasSubstr("hello"));
  const DrainReport report = server_->Wait();
  EXPECT_EQ(report.connections_cut, 0u);
  EXPECT_EQ(report.connections_queued_cut, 0u);
}

}  // namespace
}  // namespace weir
