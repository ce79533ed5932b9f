// Content that is given to handlers as it comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

const std::string kHead = "POST /up HTTP/1.1\r\nHost: h\r\n";
constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// What a reader was told.
struct Record {
  std::string content;
  std::string trailers;
  int pieces = 0;
  bool ended = false;
  std::optional<BodyError> error;
};

// Records, answers at the end with the content, and pauses after each piece where it is to.
class Recorder final : public BodyReader {
 public:
  Recorder(Record* record, ResponseWriter response, bool pauses = false)
      : record_(record), response_(std::move(response)), pauses_(pauses) {}

  BodyFlow OnData(std::string_view bytes) override {
    EXPECT_FALSE(bytes.empty());
    record_->content += bytes;
    ++record_->pieces;
    if (bytes == "throw") throw std::runtime_error("x");
    return pauses_ ? BodyFlow::kPause : BodyFlow::kContinue;
  }
  void OnEnd(const HeaderFields& trailers) override {
    record_->ended = true;
    for (const Field field : trailers) {
      record_->trailers += std::string(field.name) + "=" + std::string(field.value) + ";";
    }
    response_.Send(200, "text/plain", record_->content);
  }
  void OnError(BodyError error) override {
    EXPECT_FALSE(record_->error.has_value());
    record_->error = error;
  }

 private:
  Record* const record_;
  ResponseWriter response_;
  const bool pauses_;
};

class StreamBodyTest : public testing::Test {
 protected:
  void Start(const Limits& limits = Limits()) {
    reactor_ = std::make_unique<TestReactor>(
        StreamHandler([this](const Request& request, RequestBody body, ResponseWriter response) {
          EXPECT_EQ(request.body(), "");
          length_ = body.content_length();
          if (request.target() == "/ignore") return (void)response.Send(403, "", "no");
          if (request.target() == "/whole") {
            return body.Collect(std::move(response), [](const Request& whole, ResponseWriter r) {
              r.Send(200, "", std::string(whole.target()) + "|" + std::string(whole.body()));
            });
          }
          if (request.target() == "/later") {
            response_ = std::move(response);
          } else {
            body.Read(std::make_unique<Recorder>(&record_, std::move(response), pauses_), options_);
          }
          body_ = std::move(body);
        }),
        limits);
  }
  std::string Ask(TestClient* client, const std::string& bytes) {
    client->Send(bytes);
    reactor_->Tick(3);
    return client->Take();
  }

  Record record_;
  BodyOptions options_;
  bool pauses_ = false;
  RequestBody body_;
  ResponseWriter response_;
  std::optional<std::uint64_t> length_;
  std::unique_ptr<TestReactor> reactor_;
};

TEST_F(StreamBodyTest, GivesContentSplitAtEveryByte) {
  options_.trailers = true;
  const std::string chunked = kHead +
                              "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n"
                              "0\r\nSum: 7\r\nB: c\r\n\r\n";
  const std::string sized = kHead + "Content-Length: 11\r\n\r\nhello world";
  for (const std::string& text : {chunked, sized}) {
    Start();
    for (std::size_t split = 1; split <= text.size(); ++split) {
      record_ = Record();
      TestClient client = reactor_->Connect();
      Ask(&client, text.substr(0, split));
      const std::string answer = Ask(&client, text.substr(split) + (split % 2 == 0 ? kGet : ""));
      EXPECT_EQ(record_.content, "hello world") << split;
      EXPECT_TRUE(record_.ended) << split;
      EXPECT_EQ(record_.trailers, text == chunked ? "Sum=7;B=c;" : "") << split;
      EXPECT_EQ(record_.error, std::nullopt) << split;
      EXPECT_FALSE(client.closed_by_server()) << split;
      client.Close();
      reactor_->Tick();
    }
  }
}

TEST_F(StreamBodyTest, CallsTheHandlerWithTheHeadAndGivesWhatComes) {
  Start();
  TestClient client = reactor_->Connect();
  EXPECT_EQ(Ask(&client, kHead + "Content-Length: 11\r\n\r\n"), "");
  EXPECT_EQ(length_, 11u);
  EXPECT_EQ(record_.content, "");
  EXPECT_EQ(Ask(&client, "hello"), "");
  EXPECT_EQ(record_.content, "hello");
  EXPECT_THAT(Ask(&client, " world" + std::string(kGet)), HasSubstr("\r\n\r\nhello world"));
  EXPECT_EQ(reactor_->Count(Counter::kRequests), 2u);
}

TEST_F(StreamBodyTest, ReadsNothingWhileTheReaderIsPaused) {
  pauses_ = true;
  Start();
  TestClient client = reactor_->Connect();
  Ask(&client, kHead + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  EXPECT_EQ(record_.content, "one");
  const std::uint64_t received = reactor_->Count(Counter::kBytesReceived);
  std::size_t sent = 0;
  const std::string chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
  for (int i = 0; i < 1000; ++i) {
    sent += client.Send(chunk);
    reactor_->Tick();
  }
  EXPECT_LT(sent, 1000 * chunk.size());  // the kernel's buffers are full: the client is held back
  EXPECT_EQ(reactor_->Count(Counter::kBytesReceived), received);
  EXPECT_EQ(record_.pieces, 1);
  reactor_->AdvanceMs(1000000);  // no deadline of the client's runs while the handler is behind
  EXPECT_FALSE(record_.error.has_value());
  std::thread([this] { body_.Resume(); }).join();
  reactor_->Tick(2);
  EXPECT_EQ(record_.pieces, 2);
}

TEST_F(StreamBodyTest, PausesAndGoesOnFromAnotherThread) {
  Start();
  TestClient client = reactor_->Connect();
  Ask(&client, kHead + "Content-Length: 9\r\n\r\none");
  std::thread([this] { body_.Pause(); }).join();
  reactor_->Tick();
  Ask(&client, "two");
  EXPECT_EQ(record_.content, "one");
  std::thread([this] { body_.Resume(); }).join();
  reactor_->Tick(2);
  EXPECT_EQ(record_.content, "onetwo");
  EXPECT_THAT(Ask(&client, "six"), EndsWith("onetwosix"));
}

TEST_F(StreamBodyTest, SendsContinueOnlyWhenTheHandlerStartsToRead) {
  Start();
  const std::string head = "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  TestClient client = reactor_->Connect();
  EXPECT_EQ(Ask(&client, "POST /later HTTP/1.1\r\nHost: h\r\n" + head), "");
  std::thread([this] {
    body_.Read(std::make_unique<Recorder>(&record_, std::move(response_)));
  }).join();
  reactor_->Tick(2);
  EXPECT_EQ(client.Take(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(Ask(&client, "body"), EndsWith("\r\n\r\nbody"));

  TestClient refused = reactor_->Connect();
  const std::string answer = Ask(&refused, "POST /ignore HTTP/1.1\r\nHost: h\r\n" + head);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(refused.closed_by_server());
}

TEST_F(StreamBodyTest, AnAnswerBeforeTheContentClosesUnlessAllHasCome) {
  Start();
  const std::string head = "POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
  TestClient early = reactor_->Connect();
  const std::string answer = Ask(&early, head + "bo");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(Ask(&early, "dy" + std::string(kGet)), "");  // never read as a request
  TestClient whole = reactor_->Connect();
  const std::string answers = Ask(&whole, head + "body" + head + "body");
  EXPECT_THAT(answers, testing::Not(HasSubstr("Connection: close")));
  EXPECT_EQ(reactor_->Count(Counter::kResponses4xx), 3u);
}

TEST_F(StreamBodyTest, CollectsForAHandlerOfWholeRequests) {
  Limits limits;
  limits.max_body_bytes = 10;
  Start(limits);
  const std::string head = "POST /whole HTTP/1.1\r\nHost: h\r\n";
  TestClient client = reactor_->Connect();
  EXPECT_EQ(Ask(&client, head + "Content-Length: 4\r\n\r\nbo"), "");
  EXPECT_THAT(Ask(&client, "dy"), EndsWith("/whole|body"));
  EXPECT_THAT(Ask(&client, head + "\r\n"), EndsWith("/whole|"));
  const std::string answer = Ask(&client, head + "Content-Length: 11\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  client.Close();
  reactor_->Tick();
  EXPECT_EQ(reactor_->Count(ParseError::kBodyTooLarge), 1u);
}

TEST_F(StreamBodyTest, RefusesContentOverTheHandlersOwnCap) {
  Limits limits;
  limits.max_body_bytes = 4;
  for (const std::string body : {"Content-Length: 9\r\n\r\n123456789",
                                 "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n"}) {
    for (const std::uint64_t cap : {8, 9}) {
      record_ = Record();
      options_.max_bytes = cap;
      Start(limits);
      TestClient client = reactor_->Connect();
      const std::string answer = Ask(&client, kHead + body);
      if (cap == 9) {
        EXPECT_EQ(record_.content, "123456789");
        continue;
      }
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
      EXPECT_EQ(record_.error, BodyError::kRefused);
      EXPECT_EQ(record_.content, "");
      client.Close();
      reactor_->Tick();
      EXPECT_EQ(reactor_->Count(CloseReason::kParseError), 1u);
    }
  }
}

TEST_F(StreamBodyTest, TellsWhyContentEnds) {
  Start();
  TestClient client = reactor_->Connect();
  Ask(&client, kHead + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
  EXPECT_THAT(Ask(&client, "zz"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(record_.error, BodyError::kRefused);

  for (const bool half : {true, false}) {
    record_ = Record();
    TestClient leaving = reactor_->Connect();
    Ask(&leaving, kHead + "Content-Length: 9\r\n\r\n123");
    half ? leaving.CloseWrite() : leaving.Close();
    reactor_->Tick(2);
    EXPECT_EQ(record_.error, BodyError::kClientGone);
  }

  record_ = Record();
  TestClient slow = reactor_->Connect();
  Ask(&slow, kHead + "Content-Length: 9\r\n\r\n123");
  reactor_->AdvanceMs(60008);
  EXPECT_THAT(slow.Take(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(record_.error, BodyError::kTimeout);

  record_ = Record();
  TestClient thrown = reactor_->Connect();
  const std::string answer = Ask(&thrown, kHead + "Content-Length: 9\r\n\r\nthrow");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(record_.error, BodyError::kFailed);
  EXPECT_EQ(reactor_->Count(Counter::kHandlerExceptions), 1u);
  EXPECT_EQ(reactor_->Stats().responses_pending, 0u);
}

TEST_F(StreamBodyTest, ReadersHearOfTheEndOfTheReactor) {
  Start();
  TestClient client = reactor_->Connect();
  Ask(&client, kHead + "Content-Length: 9\r\n\r\n123");
  reactor_->Destroy();
  EXPECT_EQ(record_.error, BodyError::kClientGone);
  body_.Resume();
  record_ = Record();
  Start();
  TestClient late = reactor_->Connect();
  Ask(&late, "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
  reactor_->Destroy();
  body_.Read(std::make_unique<Recorder>(&record_, std::move(response_)));
  EXPECT_EQ(record_.error, BodyError::kClientGone);
}

// Gives back what comes, while it comes.
class Echo final : public BodyReader {
 public:
  explicit Echo(ResponseStream stream) : stream_(std::move(stream)) {}
  BodyFlow OnData(std::string_view bytes) override {
    stream_.Write(bytes);
    return BodyFlow::kContinue;
  }
  void OnEnd(const HeaderFields&) override { stream_.End(); }
  void OnError(BodyError) override {}

 private:
  ResponseStream stream_;
};

AnyHandler EchoHandler() {
  return StreamHandler([](const Request&, RequestBody body, ResponseWriter response) {
    body.Read(std::make_unique<Echo>(response.Start(Response())));
  });
}

TEST(StreamBothTest, AnswersWhileContentComes) {
  TestReactor reactor(EchoHandler());
  TestClient client = reactor.Connect();
  client.Send(kHead + "Content-Length: 6\r\n\r\nabc");
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n3\r\nabc\r\n"));
  client.Send("def" + std::string(kGet));
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), StartsWith("3\r\ndef\r\n0\r\n\r\nHTTP/1.1 200 "));
  client.Send(kHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz");
  reactor.Tick(3);
  EXPECT_THAT(client.Take(), EndsWith("3\r\nabc\r\n"));  // there is no second answer: it is cut
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(CloseReason::kParseError), 1u);
}

TEST(StreamBothTest, EveryErrorOfEveryCallEndsInACountedWay) {
  const int errors[] = {EINTR, EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT, ENOMEM, EIO};
  for (const Call call :
       {Call::kRecv, Call::kSend, Call::kSendMsg, Call::kShutdown, Call::kClose}) {
    for (const int error : errors) {
      for (int skip = 0; skip < 4; ++skip) {
        TestReactor reactor(EchoHandler());
        {
          TestClient client = reactor.Connect();
          reactor.syscalls().Fail(call, error, skip);
          client.Send(kHead + "Content-Length: 6\r\n\r\nabc");
          reactor.Tick(2);
          client.Send("def" + kHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz");
          reactor.Tick(3);
        }
        reactor.syscalls().Heal();
        reactor.Tick(3);
        reactor.AdvanceMs(100000);
        reactor.Tick(2);
        std::uint64_t closed = 0;
        for (const std::uint64_t count : reactor.Stats().connections_closed) closed += count;
        EXPECT_EQ(closed, 1u) << static_cast<int>(call) << " " << error << " " << skip;
        EXPECT_EQ(reactor.open_connections(), 0u) << static_cast<int>(call) << " " << error;
        EXPECT_EQ(reactor.Stats().responses_pending, 0u);
      }
    }
  }
}

}  // namespace
}  // namespace weir
