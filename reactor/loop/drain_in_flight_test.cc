// A drain while requests of every kind are under way: each is finished, or cut and counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/response_stream.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;
using testing::EndsWith;
using testing::HasSubstr;

constexpr std::int64_t kDeadlineMs = 10'000;
constexpr char kClose[] = "\r\nConnection: close\r\n";
// More than the kernel takes for a client that takes nothing.
constexpr std::size_t kMuch = 1'000'000;

std::string Get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

class Counting final : public BodyReader {
 public:
  Counting(ResponseWriter response, int* errors)
      : response_(std::move(response)), errors_(errors) {}
  BodyFlow OnData(std::string_view bytes) override {
    bytes_ += bytes.size();
    return BodyFlow::kContinue;
  }
  void OnEnd(const HeaderFields&) override {
    response_.Send(200, "", std::to_string(bytes_) + " bytes");
  }
  void OnError(BodyError) override { ++*errors_; }

 private:
  ResponseWriter response_;
  std::size_t bytes_ = 0;
  int* const errors_;
};

class DrainInFlightTest : public testing::Test {
 protected:
  DrainInFlightTest()
      : reactor_(StreamHandler(
            [this](const Request& request, RequestBody body, ResponseWriter response) {
              Handle(request, std::move(body), std::move(response));
            })) {
    reactor_.SetLimits([](Limits* limits) {
      limits->max_pending_output_bytes = 2 * kMuch;
      // The drain's deadline alone is to count.
      limits->head_timeout_ms = 60'000;
      limits->min_body_bytes_per_second = limits->min_write_bytes_per_second = 0;
    });
    reactor_.Tick();
  }

  void Handle(const Request& request, RequestBody body, ResponseWriter response) {
    const std::string_view target = request.target();
    if (target == "/upload") {
      body.Read(std::make_unique<Counting>(std::move(response), &errors_));
    } else if (target == "/whole") {
      body.Collect(std::move(response), [](const Request& whole, ResponseWriter writer) {
        writer.Send(200, "", whole.body());
      });
    } else if (target == "/stream") {
      streams_.push_back(response.Start(Response()));
      streams_.back().Write("begun ");
    } else if (target == "/later") {
      deferred_.push_back(std::move(response));
    } else if (target == "/switch") {
      response.Upgrade("echo", {}, [this](HandedOver it) { owned_.push_back(std::move(it)); });
    } else {
      response.Send(200, "", target == "/much" ? std::string(kMuch, 'm') : "plain");
    }
  }

  // One whose answers the kernel soon has no room for.
  TestClient& BeginSlow(const std::string& bytes) {
    clients_.push_back(std::make_unique<TestClient>(reactor_.Connect()));
    clients_.back()->Send(bytes);
    reactor_.Tick(2);
    return *clients_.back();
  }
  // A client that has sent so much, which was looked at.
  TestClient& Begin(const std::string& bytes) {
    clients_.push_back(std::make_unique<TestClient>(reactor_.ConnectTcp()));
    reactor_.Tick();
    clients_.back()->Send(bytes);
    reactor_.Tick(2);
    return *clients_.back();
  }
  // The same without a look: it waits in the accept queue.
  TestClient& Queue(const std::string& bytes) {
    clients_.push_back(std::make_unique<TestClient>(reactor_.ConnectTcp()));
    clients_.back()->Send(bytes);
    return *clients_.back();
  }
  void ExpectClosed(TestClient* client) {
    client->Receive();
    EXPECT_TRUE(client->closed_by_server());
    EXPECT_FALSE(client->reset_by_server());
  }
  std::uint64_t Active() { return reactor_.Stats().connections_active; }

  int errors_ = 0;
  std::vector<ResponseStream> streams_;
  std::vector<ResponseWriter> deferred_;
  std::vector<HandedOver> owned_;
  std::vector<std::unique_ptr<TestClient>> clients_;
  TestReactor reactor_;
};

TEST_F(DrainInFlightTest, FinishesEachAsItEnds) {
  TestClient& idle = Begin(Get("/"));
  TestClient& upload = Begin("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  TestClient& whole = Begin("POST /whole HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  TestClient& stream = Begin(Get("/stream"));
  TestClient& later = Begin(Get("/later"));
  TestClient& half = Begin("GET / HTTP/1.1\r\nHo");
  TestClient& queued = Queue(Get("/"));
  TestClient& queued_later = Queue(Get("/later"));
  reactor_.reactor().RequestDrain(kDeadlineMs);
  reactor_.Tick(3);
  ExpectClosed(&idle);
  ExpectClosed(&queued);
  EXPECT_THAT(queued.Take(), HasSubstr(kClose));
  EXPECT_EQ(Active(), 6u);

  upload.Send("def");
  reactor_.Tick(2);
  const std::string uploaded = upload.Take();
  EXPECT_THAT(uploaded, HasSubstr(kClose));
  EXPECT_THAT(uploaded, EndsWith("\r\n\r\n6 bytes"));
  ExpectClosed(&upload);

  whole.Send("def");
  half.Send("st: h\r\n\r\n");
  reactor_.Tick(2);
  EXPECT_THAT(whole.Take(), EndsWith("\r\n\r\nabcdef"));
  EXPECT_THAT(half.Take(), HasSubstr(kClose));
  ExpectClosed(&whole);
  ExpectClosed(&half);

  for (ResponseWriter& writer : deferred_) writer.Send(200, "", "late");
  reactor_.Tick(2);
  EXPECT_THAT(later.Take(), HasSubstr(kClose));
  EXPECT_THAT(queued_later.Take(), EndsWith("\r\n\r\nlate"));
  ExpectClosed(&later);
  ExpectClosed(&queued_later);
  EXPECT_FALSE(reactor_.reactor().finished());

  streams_[0].Write("and ended");
  streams_[0].End();
  reactor_.Tick(3);
  EXPECT_THAT(stream.Take(), EndsWith("9\r\nand ended\r\n0\r\n\r\n"));
  ExpectClosed(&stream);
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(reactor_.Count(CloseReason::kDrained), 8u);
  EXPECT_EQ(reactor_.Count(CloseReason::kDrainCut), 0u);
  EXPECT_EQ(errors_, 0);
}

TEST_F(DrainInFlightTest, EndsOnceASlowClientHasTakenItsAnswer) {
  TestClient& slow = BeginSlow(Get("/much"));
  reactor_.reactor().RequestDrain(kDeadlineMs);
  reactor_.Tick(2);
  EXPECT_EQ(Active(), 1u);
  std::string answer;
  for (int turn = 0; turn < 1000 && !reactor_.reactor().finished(); ++turn) {
    answer += slow.Take();
    reactor_.Tick();
  }
  answer += slow.Take();
  EXPECT_THAT(answer, EndsWith(std::string(100, 'm')));
  EXPECT_GT(answer.size(), kMuch);
  ExpectClosed(&slow);
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(reactor_.Count(CloseReason::kDrained), 1u);
}

// An answer that was begun could not say that it is the last: what came behind it is answered too.
TEST_F(DrainInFlightTest, AnswersWhatWasPipelinedBehindAStream) {
  TestClient& client = Begin(Get("/stream") + Get("/"));
  TestClient& unseen = Begin(Get("/stream"));
  unseen.Send(Get("/"));
  reactor_.reactor().RequestDrain(kDeadlineMs);
  reactor_.Tick(2);
  for (ResponseStream& stream : streams_) stream.End();
  reactor_.Tick(3);
  for (TestClient* it : {&client, &unseen}) {
    const std::string answers = it->Take();
    EXPECT_THAT(answers, HasSubstr(kClose));
    EXPECT_THAT(answers, EndsWith("\r\n\r\nplain"));
    ExpectClosed(it);
  }
  EXPECT_TRUE(reactor_.reactor().finished());
}

TEST_F(DrainInFlightTest, HandsOverWhatWaitsForThat) {
  TestClient& client =
      BeginSlow(Get("/much") +
                "GET /switch HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: e\r\n\r\n");
  reactor_.reactor().RequestDrain(kDeadlineMs);
  reactor_.Tick(2);
  EXPECT_TRUE(owned_.empty());
  std::string answers;
  for (int turn = 0; turn < 1000 && owned_.empty(); ++turn) {
    answers += client.Take();
    reactor_.Tick();
  }
  ASSERT_EQ(owned_.size(), 1u);
  EXPECT_TRUE(owned_[0].socket.valid());
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(reactor_.Count(CloseReason::kHandedOver), 1u);
}

TEST_F(DrainInFlightTest, CutsEachAtTheDeadlineAndCountsIt) {
  Begin("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  Begin("POST /whole HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  Begin(Get("/stream"));
  Begin(Get("/later"));
  Begin("GET / HTTP/1.1\r\nHo");
  BeginSlow(Get("/much"));
  Queue(Get("/later"));
  TestClient& silent = Queue("");
  reactor_.reactor().RequestDrain(kDeadlineMs);
  reactor_.AdvanceMs(kDeadlineMs - 1);
  reactor_.Tick(2);
  EXPECT_EQ(Active(), 8u);
  EXPECT_FALSE(reactor_.reactor().finished());
  reactor_.AdvanceMs(1);
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(reactor_.Count(CloseReason::kDrainCut), 7u);
  EXPECT_EQ(reactor_.Count(CloseReason::kDrained), 1u);  // it never asked for anything
  ExpectClosed(&silent);
  EXPECT_EQ(reactor_.Stats().responses_pending, 0u);
  EXPECT_EQ(errors_, 1);
  EXPECT_EQ(streams_[0].Write("more"), WriteStatus::kClientGone);
  for (ResponseWriter& writer : deferred_) {
    EXPECT_EQ(writer.Send(200, "", "late"), SendStatus::kClientGone);
  }
}

}  // namespace
}  // namespace weir
