// The least rates at which content must come and output must be taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kPost[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

void Large(const Request&, ResponseWriter response) {
  response.Send(200, "", std::string(8 << 20, 'x'));
}

class BodyRateTest : public testing::Test {
 protected:
  explicit BodyRateTest(AnyHandler handler = Handler(Hello))
      : reactor_(std::move(handler)), client_(reactor_.Connect()) {}

  void Send(const std::string& bytes) {
    client_.Send(bytes);
    reactor_.Tick();
  }

  TestReactor reactor_;
  TestClient client_;
};

TEST_F(BodyRateTest, OneByteTooFewAtTheEndOfTheGraceIsRefused) {
  Send(kPost + std::string(1199, 'x'));
  reactor_.AdvanceMs(4999);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(1);
  const std::string answer = client_.Take();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(answer, HasSubstr("body_rate"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  client_.Close();
  reactor_.Tick();
  EXPECT_EQ(reactor_.Count(CloseReason::kBodyRate), 1u);
}

// Also if it came together with the head.
TEST_F(BodyRateTest, TheRateThatIsJustKeptIsEnough) {
  Send(kPost + std::string(600, 'x'));
  Send(std::string(600, 'x'));
  reactor_.AdvanceMs(5000);
  EXPECT_EQ(client_.Take(), "");
  Send(std::string(240, 'x'));
  reactor_.AdvanceMs(1000);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(8);  // a slot of the timer wheel
  EXPECT_THAT(client_.Take(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(BodyRateTest, TheAbsoluteDeadlineStays) {
  Send(kPost);
  for (int second = 0; second < 60; ++second) {
    Send(std::string(240, 'x'));
    reactor_.AdvanceMs(second == 59 ? 999 : 1000);
    EXPECT_EQ(client_.Take(), "") << second;
  }
  reactor_.AdvanceMs(8);
  EXPECT_THAT(client_.Take(), HasSubstr("body_timeout"));
  client_.Close();
  reactor_.Tick();
  EXPECT_EQ(reactor_.Count(CloseReason::kBodyTimeout), 1u);
}

TEST_F(BodyRateTest, EachRequestHasAGraceOfItsOwn) {
  for (int round = 0; round < 3; ++round) {
    Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nx");
    reactor_.AdvanceMs(4992);
    Send("x");
    EXPECT_THAT(client_.Take(), StartsWith("HTTP/1.1 200 ")) << round;
  }
}

// A content that waits is judged by the limits of the moment; without one it is not looked at.
TEST_F(BodyRateTest, AnotherRateCountsAtTheNextLook) {
  Send(kPost + std::string(1200, 'x'));
  reactor_.SetLimits([](Limits* limits) { limits->min_body_bytes_per_second = 0; });
  reactor_.AdvanceMs(30000);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(30000);
  EXPECT_THAT(client_.Take(), HasSubstr("body_timeout"));
}

TEST_F(BodyRateTest, AHigherRateActsOnContentThatWaits) {
  Send(kPost + std::string(12000, 'x'));  // would do until 50 s
  reactor_.SetLimits([](Limits* limits) { limits->min_body_bytes_per_second = 1000; });
  Send("x");
  reactor_.AdvanceMs(49000);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(1008);
  EXPECT_THAT(client_.Take(), HasSubstr("body_rate"));
}

// Takes content, and pauses after each piece until Resume.
class Taker final : public BodyReader {
 public:
  explicit Taker(std::optional<BodyError>* error) : error_(error) {}
  BodyFlow OnData(std::string_view) override { return BodyFlow::kPause; }
  void OnEnd(const HeaderFields&) override {}
  void OnError(BodyError error) override { *error_ = error; }

 private:
  std::optional<BodyError>* const error_;
};

class StreamedBodyRateTest : public BodyRateTest {
 protected:
  StreamedBodyRateTest()
      : BodyRateTest(StreamHandler([this](const Request&, RequestBody body, ResponseWriter writer) {
          if (begin_answer_) {
            stream_ = writer.Start(Response());
          } else {
            writer_ = std::move(writer);
          }
          body.Read(std::make_unique<Taker>(&error_));
          body_ = std::move(body);
        })) {}

  bool begin_answer_ = false;
  RequestBody body_;
  ResponseWriter writer_;
  ResponseStream stream_;
  std::optional<BodyError> error_;
};

TEST_F(StreamedBodyRateTest, NoTimePassesWhileTheReaderPauses) {
  Send(kPost);
  reactor_.AdvanceMs(4000);
  Send("x");  // pauses
  reactor_.AdvanceMs(1000000);
  body_.Resume();
  reactor_.Tick();
  reactor_.AdvanceMs(999);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(8);
  EXPECT_THAT(client_.Take(), StartsWith("HTTP/1.1 408 "));
  reactor_.Tick();
  EXPECT_EQ(error_, BodyError::kTimeout);
}

// Pauses give the client no new body_timeout_ms.
TEST_F(StreamedBodyRateTest, PausesDoNotBeginTheDeadlineAnew) {
  reactor_.SetLimits([](Limits* limits) { limits->min_body_bytes_per_second = 0; });
  Send(kPost);
  for (int round = 0; round < 5; ++round) {
    reactor_.AdvanceMs(10000);
    Send("x");
    body_.Resume();
    reactor_.Tick();
  }
  reactor_.AdvanceMs(9984);
  EXPECT_EQ(client_.Take(), "");
  reactor_.AdvanceMs(24);
  EXPECT_THAT(client_.Take(), HasSubstr("body_timeout"));
}

TEST_F(StreamedBodyRateTest, AnAnswerThatHasBegunIsCut) {
  begin_answer_ = true;
  Send(kPost);
  reactor_.AdvanceMs(5000);
  EXPECT_THAT(client_.Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(client_.closed_by_server());
  EXPECT_EQ(reactor_.Count(CloseReason::kBodyRate), 1u);
  EXPECT_EQ(error_, BodyError::kTimeout);
}

// The kernel under it takes what the socket pair holds, and no more.
class WriteRateTest : public testing::Test {
 protected:
  WriteRateTest() : reactor_(Large), client_(reactor_.Connect()) {}

  void BeginAnswer(int held) {
    reactor_.syscalls().AnswerIoctl(held);
    client_.Send(kGet);
    reactor_.Tick();
  }

  TestReactor reactor_;
  TestClient client_;
};

TEST_F(WriteRateTest, OneByteTooFewAtTheEndOfTheGraceEndsTheConnection) {
  BeginAnswer(100000);
  reactor_.syscalls().AnswerIoctl(100000 - 1199);
  reactor_.AdvanceMs(4999);
  EXPECT_EQ(reactor_.open_connections(), 1u);
  reactor_.AdvanceMs(1);
  EXPECT_EQ(reactor_.Count(CloseReason::kWriteRate), 1u);
  EXPECT_EQ(reactor_.open_connections(), 0u);
}

TEST_F(WriteRateTest, TheRateThatIsJustKeptIsEnough) {
  BeginAnswer(100000);
  reactor_.syscalls().AnswerIoctl(100000 - 1200);
  reactor_.AdvanceMs(5000);
  reactor_.syscalls().AnswerIoctl(100000 - 1440);
  reactor_.AdvanceMs(1000);
  EXPECT_EQ(reactor_.open_connections(), 1u);
  reactor_.AdvanceMs(8);
  EXPECT_EQ(reactor_.Count(CloseReason::kWriteRate), 1u);
}

// The kernel takes nothing more of us for a minute, but the client reads.
TEST_F(WriteRateTest, TheTimeoutTooCountsWhatTheClientHasTaken) {
  reactor_.SetLimits([](Limits* limits) { limits->min_write_bytes_per_second = 0; });
  BeginAnswer(100000);
  for (int held = 99999; held > 99990; --held) {
    reactor_.syscalls().AnswerIoctl(held);
    reactor_.AdvanceMs(30000);
    EXPECT_EQ(reactor_.open_connections(), 1u);
  }
  reactor_.AdvanceMs(29984);
  EXPECT_EQ(reactor_.open_connections(), 1u);
  reactor_.AdvanceMs(24);
  EXPECT_EQ(reactor_.Count(CloseReason::kWriteTimeout), 1u);
}

TEST_F(WriteRateTest, AKernelThatDoesNotTellIsJudgedByWhatItTakes) {
  reactor_.syscalls().Fail(Call::kIoctl, EINVAL, 0, 1000);
  client_.Send(kGet);
  reactor_.Tick();
  client_.Take();
  reactor_.AdvanceMs(4999);
  reactor_.AdvanceMs(1);
  EXPECT_EQ(reactor_.open_connections(), 1u);  // it took hundreds of KB meanwhile
  reactor_.AdvanceMs(30008);
  EXPECT_EQ(reactor_.Count(CloseReason::kWriteTimeout), 1u);
}

// A client that reads all of it through the real kernel is in nobody's way.
TEST(TcpWriteRateTest, AReaderThatGoesOnIsNotCut) {
  TestReactor reactor(Large);
  TestClient client = reactor.ConnectTcp();
  reactor.Tick();
  client.Send(kGet);
  std::size_t taken = 0;
  for (int round = 0; round < 100000 && taken < (8 << 20); ++round) {
    reactor.AdvanceMs(10);
    taken += client.Take().size();
  }
  EXPECT_GT(taken, std::size_t{8 << 20});
  EXPECT_EQ(reactor.Count(CloseReason::kWriteRate), 0u);
  EXPECT_EQ(reactor.Count(CloseReason::kWriteTimeout), 0u);
}

}  // namespace
}  // namespace weir
