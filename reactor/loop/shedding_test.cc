// A reactor whose accept queue stands refuses what is new, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

Limits Shed(std::uint64_t delay_ms) {
  Limits limits;
  limits.accept_budget_per_tick = 1;  // the queue is not empty before the test wants it to be
  limits.shed_queue_delay_ms = delay_ms;
  limits.retry_after_seconds = 9;
  return limits;
}

class SheddingTest : public testing::Test {
 protected:
  void Start(AnyHandler handler = Handler(Hello), std::uint64_t delay_ms = 20) {
    reactor_ = std::make_unique<TestReactor>(std::move(handler), Shed(delay_ms));
    for (int i = 0; i < 8; ++i) {
      clients_.push_back(TestClient::ConnectIpv4(reactor_->port()));
      clients_.back().Send(kGet);
    }
    reactor_->syscalls().AnswerQueueWaitMs(50);
  }
  // Accepts the first two, of whom nobody has waited less than 50 ms, and lets the interval end.
  void Overload() {
    reactor_->Tick();
    reactor_->AdvanceMs(99);
    EXPECT_THAT(clients_[0].Take(), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 0u);
    reactor_->AdvanceMs(1);
  }

  std::unique_ptr<TestReactor> reactor_;
  std::vector<TestClient> clients_;
};

TEST_F(SheddingTest, RefusesNewConnectionsAfterTheInterval) {
  Start();
  Overload();
  EXPECT_THAT(clients_[2].Take(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 9\r\n"),
                    HasSubstr("shed: retry later.")));
  EXPECT_TRUE(clients_[2].closed_by_server());
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 1u);
  EXPECT_EQ(reactor_->open_connections(), 2u);
}

TEST_F(SheddingTest, RefusesNewRequestsOfOpenConnectionsAndKeepsThemOpen) {
  Start();
  Overload();
  const std::uint64_t before = reactor_->Count(Counter::kRequestsShed);
  clients_[0].Send(std::string(kGet) +
                   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  reactor_->Tick();
  const std::string answers = clients_[0].Take();
  EXPECT_THAT(answers, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 9\r\n")));
  EXPECT_NE(answers.find("HTTP/1.1 503 ", 1), std::string::npos);
  EXPECT_FALSE(clients_[0].closed_by_server());
  EXPECT_EQ(reactor_->Count(Counter::kRequestsShed) - before, 2u);
  // The next who has waited less ends it.
  reactor_->syscalls().AnswerQueueWaitMs(20);
  clients_[0].Send(kGet);
  reactor_->Tick(2);
  EXPECT_THAT(clients_[0].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(reactor_->Count(Counter::kRequestsShed) - before, 2u);
}

TEST_F(SheddingTest, EndsWhenNobodyWaits) {
  Start();
  Overload();
  reactor_->Tick(6);  // the rest of the queue is refused; then it is empty
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 6u);
  clients_[0].Send(kGet);
  reactor_->Tick();
  EXPECT_THAT(clients_[0].Take(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(SheddingTest, OneWhoDidNotWaitMakesABurstOfIt) {
  Start();
  reactor_->Tick();
  reactor_->AdvanceMs(60);
  reactor_->syscalls().AnswerQueueWaitMs(20);
  reactor_->AdvanceMs(39);
  reactor_->syscalls().AnswerQueueWaitMs(50);
  reactor_->AdvanceMs(1);
  reactor_->AdvanceMs(99);
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 0u);
  reactor_->AdvanceMs(1);
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 1u);
}

TEST_F(SheddingTest, IsOffUnlessItIsWanted) {
  Start(Handler(Hello), 0);
  const std::uint64_t asked = reactor_->syscalls().Count(Call::kGetSockOpt);
  for (int i = 0; i < 8; ++i) reactor_->AdvanceMs(1000);
  // The queue's length in each tick, and no more than one sample of accept_wait_sample_every.
  EXPECT_LE(reactor_->syscalls().Count(Call::kGetSockOpt) - asked, 9u);
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 0u);
}

TEST_F(SheddingTest, SwitchingItOffEndsIt) {
  Start();
  Overload();
  reactor_->SetLimits([](Limits* limits) { limits->shed_queue_delay_ms = 0; });
  clients_[0].Send(kGet);
  reactor_->Tick(3);
  EXPECT_THAT(clients_[0].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(clients_[3].Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 1u);
}

// Who waits for descriptors, or for the rate, does not wait for the reactor.
TEST_F(SheddingTest, APauseOfAcceptingBeginsItAnew) {
  Start();
  reactor_->Tick();
  reactor_->syscalls().Fail(Call::kAccept4, EMFILE);
  reactor_->AdvanceMs(10);  // pauses
  reactor_->AdvanceMs(100);
  reactor_->AdvanceMs(1);
  EXPECT_EQ(reactor_->Count(Counter::kAcceptPauses), 1u);
  EXPECT_EQ(reactor_->Count(Counter::kConnectionsAccepted), 2u);
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 0u);
  reactor_->AdvanceMs(100);
  EXPECT_EQ(reactor_->Count(RefuseReason::kShed), 1u);
}

TEST_F(SheddingTest, StreamingHandlersAreSparedToo) {
  int called = 0;
  Start(StreamHandler([&called](const Request&, RequestBody, ResponseWriter response) {
    ++called;
    response.Send(200, "", "hello");
  }));
  Overload();
  const int before = called;
  const std::uint64_t shed = reactor_->Count(Counter::kRequestsShed);
  clients_[0].Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  reactor_->Tick();
  EXPECT_THAT(clients_[0].Take(), StartsWith("HTTP/1.1 503 "));
  EXPECT_FALSE(clients_[0].closed_by_server());
  EXPECT_EQ(called, before);
  EXPECT_EQ(reactor_->Count(Counter::kRequestsShed) - shed, 1u);
}

}  // namespace
}  // namespace weir
