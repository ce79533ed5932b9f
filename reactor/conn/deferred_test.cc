// Answers that come after the handler has returned, from this thread or another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class DeferredTest : public testing::Test {
 protected:
  DeferredTest()
      : reactor_([this](const Request& request, ResponseWriter response) {
          copies_.push_back(request.Copy());
          writers_.push_back(std::move(response));
        }) {}

  // Declared first: writers may outlive the reactor, copies are free anyway.
  std::vector<RequestCopy> copies_;
  std::vector<ResponseWriter> writers_;
  TestReactor reactor_;
};

TEST_F(DeferredTest, AnswersLaterFromAnotherThread) {
  TestClient client = reactor_.Connect();
  client.Send("POST /q?r HTTP/1.1\r\nHost: h\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nok");
  reactor_.Tick();
  ASSERT_EQ(writers_.size(), 1u);
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(reactor_.Stats().responses_pending, 1u);
  std::thread([this] {
    const Request& request = copies_[0].request();
    const std::string body = std::string(request.target()) + std::string(request.body()) +
                             std::string(request.fields().Get("x-y"));
    EXPECT_TRUE(writers_[0].client_connected());
    EXPECT_EQ(writers_[0].Send(200, "text/plain", body), SendStatus::kOk);
    EXPECT_FALSE(writers_[0].client_connected());
  }).join();
  reactor_.Tick();
  EXPECT_THAT(client.Take(), HasSubstr("\r\n\r\n/q?rokz"));
  EXPECT_EQ(reactor_.Stats().responses_pending, 0u);
}

TEST_F(DeferredTest, PipelinedRequestsWaitTheirTurn) {
  TestClient client = reactor_.Connect();
  client.Send(std::string(kGet) + kGet);
  reactor_.Tick(3);
  ASSERT_EQ(writers_.size(), 1u);
  EXPECT_EQ(writers_[0].Send(201, "", ""), SendStatus::kOk);
  reactor_.Tick();
  ASSERT_EQ(writers_.size(), 2u);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 201 "));
  EXPECT_EQ(writers_[1].Send(202, "", ""), SendStatus::kOk);
  reactor_.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 202 "));
}

TEST_F(DeferredTest, OneConnectionsHandlerMayAnswerAnother) {
  std::vector<ResponseWriter> waiting;
  TestReactor reactor([&waiting](const Request&, ResponseWriter response) {
    if (!waiting.empty()) waiting[0].Send(200, "", "first");
    waiting.push_back(std::move(response));
  });
  TestClient first = reactor.Connect();
  TestClient second = reactor.Connect();
  first.Send(kGet);
  reactor.Tick();
  second.Send(kGet);
  reactor.Tick(2);
  EXPECT_THAT(first.Take(), HasSubstr("first"));
  EXPECT_EQ(second.Take(), "");
  waiting.clear();
  reactor.Tick();
  EXPECT_THAT(second.Take(), StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(reactor.Count(Counter::kResponsesUnsent), 1u);
}

TEST_F(DeferredTest, TellsThatTheClientHasGone) {
  TestClient client = reactor_.ConnectTcp();
  reactor_.Tick();
  client.Send(kGet);
  reactor_.Tick();
  ASSERT_EQ(writers_.size(), 1u);
  client.Reset();
  reactor_.Tick();
  EXPECT_FALSE(writers_[0].client_connected());
  EXPECT_EQ(writers_[0].Send(200, "", ""), SendStatus::kClientGone);
  EXPECT_EQ(reactor_.Count(CloseReason::kClientAborted), 1u);
  EXPECT_EQ(reactor_.Count(Counter::kResponsesClientGone), 1u);
}

TEST_F(DeferredTest, ALateAnswerNeverReachesALaterConnection) {
  TestClient client = reactor_.ConnectTcp();
  reactor_.Tick();
  client.Send(kGet);
  reactor_.Tick();
  client.Reset();
  reactor_.Tick();
  TestClient next = reactor_.ConnectTcp();  // takes the slot that is free now
  reactor_.Tick();
  next.Send(kGet);
  reactor_.Tick();
  ASSERT_EQ(writers_.size(), 2u);
  EXPECT_EQ(writers_[0].Send(200, "", "stale"), SendStatus::kClientGone);
  reactor_.Tick();
  EXPECT_EQ(next.Take(), "");
  EXPECT_EQ(writers_[1].Send(200, "", "fresh"), SendStatus::kOk);
  reactor_.Tick();
  EXPECT_THAT(next.Take(), HasSubstr("fresh"));
}

TEST_F(DeferredTest, WritersOutliveTheReactor) {
  TestClient client = reactor_.Connect();
  client.Send(kGet);
  reactor_.Tick();
  ASSERT_EQ(writers_.size(), 1u);
  reactor_.Destroy();
  EXPECT_FALSE(writers_[0].client_connected());
  EXPECT_EQ(writers_[0].Send(200, "", ""), SendStatus::kClientGone);
}

TEST_F(DeferredTest, AnswersAHalfClosedClient) {
  TestClient client = reactor_.Connect();
  client.Send(kGet);
  client.CloseWrite();
  reactor_.Tick(2);
  ASSERT_EQ(writers_.size(), 1u);
  EXPECT_EQ(writers_[0].Send(200, "", "late"), SendStatus::kOk);
  reactor_.Tick();
  EXPECT_THAT(client.Take(), HasSubstr("late"));
  EXPECT_TRUE(client.closed_by_server());
}

}  // namespace
}  // namespace weir
