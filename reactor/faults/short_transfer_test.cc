// An exchange of several requests, of all shapes, cut in two at each of its bytes.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "weir/reactor/open_file.h"
#include "weir/reactor/response_stream.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir::test {
namespace {

constexpr char kText[] = "0123456789abcdefghijklmnopqrstuvwxyz";

std::shared_ptr<const OpenFile> TextFile() {
  char path[] = "/tmp/weir_short_XXXXXX";
  const int fd = ::mkstemp(path);
  (void)!::write(fd, kText, sizeof(kText) - 1);
  ::close(fd);
  auto file = *OpenFile::Open(path);
  ::unlink(path);
  return file;
}

// Answers with what it has read, in chunks, and a trailer.
class Echo final : public BodyReader {
 public:
  explicit Echo(ResponseWriter response) : response_(std::move(response)) {}
  BodyFlow OnData(std::string_view bytes) override {
    content_ += bytes;
    return BodyFlow::kContinue;
  }
  void OnEnd(const HeaderFields&) override {
    ResponseStream stream = response_.Start(Response());
    stream.Write(content_);
    stream.Write("|");
    stream.End({{"Bytes", std::to_string(content_.size())}});
  }
  void OnError(BodyError) override {}

 private:
  ResponseWriter response_;
  std::string content_;
};

// What the client gets while it and the reactor take turns, until it has as much as it is to get.
std::string TakeInTurns(TestReactor* reactor, TestClient* client, std::size_t bytes) {
  std::string answers;
  for (int turn = 0; turn < 20 && answers.size() < bytes; ++turn) {
    reactor->Tick();
    answers += client->Take();
  }
  return answers;
}

class ShortTransferTest : public testing::Test {
 protected:
  void Serve(const Request& request, RequestBody body, ResponseWriter writer) {
    if (request.target() == "/echo") {
      return body.Read(std::make_unique<Echo>(std::move(writer)));
    }
    if (request.target() == "/collect") {
      return body.Collect(std::move(writer), [](const Request& whole, ResponseWriter response) {
        response.Send(200, "", whole.body());
      });
    }
    Response response;
    response.body = "plain";
    if (request.target() == "/shared") {
      response.body = {};
      response.shared_body = shared_;
    }
    if (request.target() == "/file") {
      response.body = {};
      response.file = {file_, 3, 20};
    }
    writer.Send(response);
  }

  StreamHandler Handler() {
    return [this](const Request& request, RequestBody body, ResponseWriter response) {
      Serve(request, std::move(body), std::move(response));
    };
  }

  std::string Answers() {
    TestReactor reactor(Handler());
    TestClient client = reactor.Connect();
    client.Send(requests_);
    reactor.Tick(4);
    return client.Take();
  }

  const std::shared_ptr<const OpenFile> file_ = TextFile();
  const SharedBytes shared_ = std::make_shared<const std::string>(kText);
  const std::string requests_ =
      "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabcdefghij"
      "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
      "HEAD /plain HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /collect HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nwxyz"
      "GET /shared HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /plain HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
};

TEST_F(ShortTransferTest, AnswersTheSameWhereverReadsAreCut) {
  const std::string whole = Answers();
  ASSERT_EQ(whole.rfind("\r\n\r\nplain"), whole.size() - 9);
  TestReactor reactor(Handler());
  for (std::size_t cut = 1; cut < requests_.size(); ++cut) {
    TestClient client = reactor.Connect();
    client.Send(requests_.substr(0, cut));
    reactor.Tick(3);
    client.Send(requests_.substr(cut));
    reactor.Tick(3);
    ASSERT_EQ(client.Take(), whole) << cut;
    EXPECT_TRUE(client.closed_by_server());
  }
  EXPECT_EQ(reactor.Count(CloseReason::kAnswered), requests_.size() - 1);
}

TEST_F(ShortTransferTest, AnswersTheSameByteByByte) {
  TestReactor reactor(Handler());
  TestClient client = reactor.Connect();
  for (const char byte : requests_) {
    client.Send({&byte, 1});
    reactor.Tick(2);
  }
  EXPECT_EQ(client.Take(), Answers());
}

// The kernel takes so much, then nothing, and the rest once the client has read.
TEST_F(ShortTransferTest, SendsTheSameWhereverWritesAreCut) {
  const std::string whole = Answers();
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    TestReactor reactor(Handler());
    TestClient client = reactor.Connect();
    reactor.syscalls().BlockSendAfter(cut);
    client.Send(requests_);
    ASSERT_EQ(TakeInTurns(&reactor, &client, whole.size()), whole) << cut;
    EXPECT_EQ(reactor.Count(Counter::kBytesSent), whole.size());
  }
}

// Each write alone is as short as can be.
TEST_F(ShortTransferTest, SendsTheSameInTheSmallestPieces) {
  const std::string whole = Answers();
  for (std::size_t bytes = 1; bytes < 40; ++bytes) {
    TestReactor reactor(Handler());
    TestClient client = reactor.Connect();
    reactor.syscalls().LimitSends(bytes);
    client.Send(requests_);
    ASSERT_EQ(TakeInTurns(&reactor, &client, whole.size()), whole) << bytes;
  }
}

}  // namespace
}  // namespace weir::test
