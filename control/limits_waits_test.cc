// A stalled reactor keeps those waiting who wait for it, and no thread of theirs.
#include "weir/control/limits_waits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

constexpr std::uint64_t kLongMs = 3'600'000;

class LimitsWaitsTest : public testing::Test {
 protected:
  LimitsWaitsTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 1;
    server_ = *Server::Start(options, [this](const Request&, ResponseWriter response) {
      stalls_.Notify();
      go_on_.WaitForNotification();
      response.Send(200, "text/plain", "");
    });
    client_.emplace(server_->port());
    client_->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    stalls_.WaitForNotification();
  }
  ~LimitsWaitsTest() override {
    if (!go_on_.HasBeenNotified()) go_on_.Notify();
  }

  // A change that no reactor can work by yet.
  std::uint64_t Change() {
    const std::uint64_t fields = server_->limits().current()->limits.max_fields - 1;
    return (*server_->limits().Update([fields](Limits* it) { it->max_fields = fields; }))->version;
  }

  absl::Notification stalls_;
  absl::Notification go_on_;
  std::unique_ptr<Server> server_;
  std::optional<test::BlockingClient> client_;
};

TEST_F(LimitsWaitsTest, AnswersAtOnceWhatIsSoAlready) {
  LimitsWaits waits(server_.get(), kLongMs);
  ASSERT_TRUE(waits.Start().ok());
  std::thread::id answered;
  waits.Await(1, [&answered] { answered = std::this_thread::get_id(); });
  EXPECT_EQ(answered, std::this_thread::get_id());
}

TEST_F(LimitsWaitsTest, AnswersAllWhenTheReactorGoesOnAndHoldsNobodyMeanwhile) {
  LimitsWaits waits(server_.get(), kLongMs);
  ASSERT_TRUE(waits.Start().ok());
  constexpr int kCalls = 20;
  absl::BlockingCounter left(kCalls);
  std::atomic<int> before{0};
  for (int i = 0; i < kCalls; ++i) {
    const std::uint64_t version = Change();
    waits.Await(version, [this, version, &left, &before] {
      before += !go_on_.HasBeenNotified();
      EXPECT_TRUE(server_->WaitForLimits(version, 0));
      left.DecrementCount();
    });
  }
  go_on_.Notify();
  left.Wait();
  EXPECT_EQ(before, 0);
}

TEST_F(LimitsWaitsTest, AnswersWhenTheTimeIsOver) {
  LimitsWaits waits(server_.get(), LimitsWaits::kInlineMs + 1);
  ASSERT_TRUE(waits.Start().ok());
  absl::Notification answered;
  const std::uint64_t version = Change();
  waits.Await(version, [&answered] { answered.Notify(); });
  answered.WaitForNotification();
  EXPECT_FALSE(server_->WaitForLimits(version, 0));
}

TEST_F(LimitsWaitsTest, AnswersWhatWaitsAtItsEnd) {
  int answers = 0;
  {
    LimitsWaits waits(server_.get(), kLongMs);
    ASSERT_TRUE(waits.Start().ok());
    waits.Await(Change(), [&answers] { ++answers; });
    EXPECT_EQ(answers, 0);
  }
  EXPECT_EQ(answers, 1);
}

TEST_F(LimitsWaitsTest, WithoutAThreadItWaitsByItself) {
  LimitsWaits waits(server_.get(), 1);
  bool answered = false;
  waits.Await(Change(), [&answered] { answered = true; });
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace weir
