// Answers that are made piece by piece, or sent from files and shared bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

std::string ContentOf(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

// A file with that content, already removed from its directory.
std::shared_ptr<const OpenFile> FileWith(const std::string& content) {
  char path[] = "/tmp/weir_stream_XXXXXX";
  const int fd = ::mkstemp(path);
  EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  ::close(fd);
  auto file = OpenFile::Open(path);
  ::unlink(path);
  EXPECT_TRUE(file.ok()) << file.status();
  return *file;
}

// Writes two pieces and ends; trailers too where `trailers` says so.
AnyHandler TwoPieces(StreamOptions options, bool trailers = false) {
  return Handler([options, trailers](const Request&, ResponseWriter writer) {
    Response head;
    head.content_type = "text/plain";
    ResponseStream stream = writer.Start(head, options);
    EXPECT_EQ(stream.Write("hello"), WriteStatus::kOk);
    EXPECT_EQ(stream.Write(""), WriteStatus::kOk);
    EXPECT_EQ(stream.Write(std::string_view(" world")), WriteStatus::kOk);
    EXPECT_EQ(trailers ? stream.End({{"Checksum", "7"}}) : stream.End(), WriteStatus::kOk);
    EXPECT_FALSE(stream);
    EXPECT_EQ(stream.Write("x"), WriteStatus::kEnded);
    EXPECT_EQ(stream.End(), WriteStatus::kEnded);
  });
}

std::string Ask(TestReactor* reactor, TestClient* client, const std::string& request) {
  client->Send(request);
  reactor->Tick(3);
  return client->Take();
}

TEST(StreamAnswerTest, SendsChunksWithTrailersToHttp11) {
  StreamOptions options;
  options.trailer_names = {"Checksum"};
  TestReactor reactor(TwoPieces(options, true));
  TestClient client = reactor.Connect();
  for (int round = 0; round < 2; ++round) {
    const std::string answer = Ask(&reactor, &client, kGet);
    EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\nTrailer: Checksum\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(ContentOf(answer), "5\r\nhello\r\n6\r\n world\r\n0\r\nChecksum: 7\r\n\r\n");
  }
  EXPECT_FALSE(client.closed_by_server());
  EXPECT_EQ(reactor.Stats().responses_pending, 0u);
  EXPECT_EQ(reactor.Count(Counter::kResponses2xx), 2u);
}

TEST(StreamAnswerTest, SendsADeclaredLengthWithoutChunks) {
  StreamOptions options;
  options.content_length = 11;
  TestReactor reactor(TwoPieces(options));
  TestClient client = reactor.Connect();
  const std::string answer = Ask(&reactor, &client, kGet);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_EQ(ContentOf(answer), "hello world");
  EXPECT_FALSE(client.closed_by_server());
}

TEST(StreamAnswerTest, EndsHttp10WithTheConnection) {
  TestReactor reactor(TwoPieces({}));
  TestClient client = reactor.Connect();
  const std::string answer =
      Ask(&reactor, &client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(ContentOf(answer), "hello world");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(CloseReason::kAnswered), 1u);
}

TEST(StreamAnswerTest, SendsNoContentWhereThereIsNone) {
  for (const int status : {204, 205, 304}) {
    TestReactor reactor(Handler([status](const Request&, ResponseWriter writer) {
      Response head;
      head.status = status;
      ResponseStream stream = writer.Start(head);
      EXPECT_EQ(stream.Write("dropped"), WriteStatus::kOk);
      EXPECT_EQ(stream.End(), WriteStatus::kOk);
    }));
    TestClient client = reactor.Connect();
    const std::string answer = Ask(&reactor, &client, std::string(kGet) + kGet);
    EXPECT_THAT(answer, Not(HasSubstr("dropped"))) << status;
    EXPECT_THAT(answer, Not(HasSubstr("Transfer-Encoding"))) << status;
    EXPECT_EQ(answer.find("Content-Length: 0") != std::string::npos, status == 205) << status;
  }
}

TEST(StreamAnswerTest, AnswersHeadWithTheHeadAlone) {
  StreamOptions options;
  options.content_length = 11;
  TestReactor reactor(TwoPieces(options));
  TestClient client = reactor.Connect();
  const std::string answer =
      Ask(&reactor, &client, std::string("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
  EXPECT_EQ(ContentOf(Ask(&reactor, &client, kGet)), "hello world");
}

TEST(StreamAnswerTest, PipelinedRequestsWaitForTheEnd) {
  std::vector<ResponseStream> streams;
  TestReactor reactor(Handler([&streams](const Request&, ResponseWriter writer) {
    streams.push_back(writer.Start(Response()));
  }));
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + kGet);
  reactor.Tick(3);
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0].Write("one"), WriteStatus::kOk);
  reactor.Tick();
  EXPECT_EQ(ContentOf(client.Take()), "3\r\none\r\n");
  EXPECT_EQ(streams[0].End(), WriteStatus::kOk);
  reactor.Tick(2);
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_THAT(client.Take(), StartsWith("0\r\n\r\nHTTP/1.1 200 "));
  EXPECT_EQ(streams[1].End(), WriteStatus::kOk);
}

TEST(StreamAnswerTest, WritesFromAnotherThreadInOrder) {
  ResponseWriter writer;
  TestReactor reactor(Handler(
      [&writer](const Request&, ResponseWriter response) { writer = std::move(response); }));
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  std::thread([&writer] {
    ResponseStream stream = writer.Start(Response());
    EXPECT_FALSE(writer);
    for (const char* piece : {"a", "bb", "ccc"}) EXPECT_EQ(stream.Write(piece), WriteStatus::kOk);
    EXPECT_TRUE(stream.client_connected());
    EXPECT_EQ(stream.waiting_bytes(), 6u);
    EXPECT_EQ(stream.End(), WriteStatus::kOk);
  }).join();
  reactor.Tick(2);
  EXPECT_EQ(ContentOf(client.Take()), "1\r\na\r\n2\r\nbb\r\n3\r\nccc\r\n0\r\n\r\n");
}

// Fills until the stream is full, and goes on each time that it is writable.
class Producer {
 public:
  explicit Producer(ResponseStream stream) : stream_(std::move(stream)) {
    stream_.OnWritable([this] { Fill(); });
  }
  void Fill() {
    ++calls;
    while (pieces < kPieces) {
      status = stream_.Write(std::string(4096, 'p'));
      most_waiting = std::max(most_waiting, stream_.waiting_bytes());
      if (status != WriteStatus::kOk) return;
      ++pieces;
    }
    status = stream_.End();
  }

  static constexpr int kPieces = 2000;
  int pieces = 0;
  int calls = 0;
  std::uint64_t most_waiting = 0;
  WriteStatus status = WriteStatus::kOk;

 private:
  ResponseStream stream_;
};

TEST(StreamAnswerTest, HoldsTheProducerBackWhileTheClientIsSlow) {
  std::unique_ptr<Producer> producer;
  TestReactor reactor(Handler([&producer](const Request&, ResponseWriter writer) {
    producer = std::make_unique<Producer>(writer.Start(Response()));
    producer->Fill();
  }));
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick(5);
  EXPECT_EQ(producer->status, WriteStatus::kFull);
  EXPECT_LT(producer->pieces, Producer::kPieces);
  // The limit, one piece, and what frames it.
  EXPECT_LE(producer->most_waiting, 65536u + 4096 + 64);
  std::size_t taken = 0;
  for (int round = 0; round < 20000 && producer->status == WriteStatus::kFull; ++round) {
    taken += client.Take().size();
    reactor.Tick();
  }
  EXPECT_EQ(producer->pieces, Producer::kPieces);
  for (int round = 0; round < 100; ++round) {
    taken += client.Take().size();
    reactor.Tick();
  }
  EXPECT_GT(taken, std::size_t{4096} * Producer::kPieces);
  EXPECT_GT(producer->calls, 2);
  EXPECT_FALSE(client.closed_by_server());
}

TEST(StreamAnswerTest, TellsAProducerThatWaitsThatTheClientHasGone) {
  std::unique_ptr<Producer> producer;
  TestReactor reactor(Handler([&producer](const Request&, ResponseWriter writer) {
    producer = std::make_unique<Producer>(writer.Start(Response()));
    producer->Fill();
  }));
  {
    TestClient client = reactor.Connect();
    client.Send(kGet);
    reactor.Tick(3);
    EXPECT_EQ(producer->status, WriteStatus::kFull);
  }
  reactor.Tick(2);
  EXPECT_EQ(producer->status, WriteStatus::kClientGone);
  EXPECT_EQ(reactor.Count(CloseReason::kClientAborted), 1u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

TEST(StreamAnswerTest, CutsWhatIsGivenUp) {
  enum class Way { kDestroyed, kThrown, kShort, kBadTrailer };
  for (const Way way : {Way::kDestroyed, Way::kThrown, Way::kShort, Way::kBadTrailer}) {
    TestReactor reactor(Handler([way](const Request& request, ResponseWriter writer) {
      if (request.target() == "/first") return (void)writer.Send(200, "", "whole");
      StreamOptions options;
      if (way == Way::kShort) options.content_length = 99;
      ResponseStream stream = writer.Start(Response(), options);
      EXPECT_EQ(stream.Write("part"), WriteStatus::kOk);
      if (way == Way::kThrown) throw std::runtime_error("x");
      if (way == Way::kShort) {
        EXPECT_EQ(stream.End(), WriteStatus::kInvalid);
      }
      if (way == Way::kBadTrailer) {
        EXPECT_EQ(stream.End({{"A", "b\r\nC: d"}}), WriteStatus::kInvalid);
      }
    }));
    TestClient client = reactor.Connect();
    const std::string answers =
        Ask(&reactor, &client, std::string("GET /first HTTP/1.1\r\nHost: h\r\n\r\n") + kGet);
    EXPECT_THAT(answers, HasSubstr("\r\n\r\nwhole"));
    EXPECT_THAT(answers, Not(HasSubstr("0\r\n\r\n")));
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_EQ(reactor.Count(CloseReason::kResponseCut), 1u);
    EXPECT_EQ(reactor.Count(Counter::kHandlerExceptions), way == Way::kThrown ? 1u : 0u);
    EXPECT_EQ(reactor.Stats().responses_pending, 0u);
  }
}

TEST(StreamAnswerTest, TakesNoMoreThanWasDeclared) {
  TestReactor reactor(Handler([](const Request&, ResponseWriter writer) {
    StreamOptions options;
    options.content_length = 4;
    ResponseStream stream = writer.Start(Response(), options);
    EXPECT_EQ(stream.Write("12345"), WriteStatus::kInvalid);
    EXPECT_EQ(stream.Write("1234"), WriteStatus::kOk);
    EXPECT_EQ(stream.Write("5"), WriteStatus::kInvalid);
    EXPECT_EQ(stream.End(), WriteStatus::kOk);
  }));
  TestClient client = reactor.Connect();
  EXPECT_EQ(ContentOf(Ask(&reactor, &client, kGet)), "1234");
}

TEST(StreamAnswerTest, NeverStartsWhatWouldSplitTheAnswer) {
  int refused = 0;
  TestReactor reactor(Handler([&refused](const Request& request, ResponseWriter writer) {
    Response head;
    StreamOptions options;
    if (request.target() == "/name") head.fields = {{"A: b\r\nC", "d"}};
    if (request.target() == "/value") head.fields = {{"A", "b\nC: d"}};
    if (request.target() == "/reason") head.reason = "OK\r\nC: d";
    if (request.target() == "/trailer") options.trailer_names = {"a, content-length"};
    if (request.target() == "/forbidden") options.trailer_names = {"Content-Length"};
    if (request.target() == "/body") head.body = "no stream";
    if (!writer.Start(head, options)) ++refused;
  }));
  for (const char* target : {"/name", "/value", "/reason", "/trailer", "/forbidden", "/body"}) {
    TestClient client = reactor.Connect();
    const std::string answer =
        Ask(&reactor, &client, "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Internal Server Error\r\n")) << target;
    EXPECT_THAT(answer, Not(HasSubstr("C: d"))) << target;
  }
  EXPECT_EQ(refused, 6);
  EXPECT_EQ(reactor.Count(Counter::kResponsesInvalid), 6u);
}

TEST(StreamAnswerTest, SendsTheReasonThatItIsGiven) {
  TestReactor reactor(Handler([](const Request&, ResponseWriter writer) {
    Response response;
    response.reason = "Fine";
    writer.Send(response);
  }));
  TestClient client = reactor.Connect();
  EXPECT_THAT(Ask(&reactor, &client, kGet), StartsWith("HTTP/1.1 200 Fine\r\n"));
}

TEST(StreamAnswerTest, AStreamOutlivesTheReactor) {
  ResponseStream stream;
  TestReactor reactor(Handler(
      [&stream](const Request&, ResponseWriter writer) { stream = writer.Start(Response()); }));
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  reactor.Destroy();
  EXPECT_FALSE(stream.client_connected());
  EXPECT_EQ(stream.Write("x"), WriteStatus::kClientGone);
  EXPECT_EQ(stream.End(), WriteStatus::kClientGone);
}

class FileAnswerTest : public testing::Test {
 protected:
  // sendfile(2) raises SIGPIPE where the client has gone: reactors' threads block it.
  FileAnswerTest() { ::signal(SIGPIPE, SIG_IGN); }
  ~FileAnswerTest() override { ::signal(SIGPIPE, SIG_DFL); }

  const std::string content_ = [] {
    std::string content;
    for (int i = 0; i < 300000; ++i) content += static_cast<char>('a' + i % 26);
    return content;
  }();
  const std::shared_ptr<const OpenFile> file_ = FileWith(content_);
  const SharedBytes shared_ = std::make_shared<const std::string>(content_);
};

TEST_F(FileAnswerTest, SendsFilesAndSharedBytesAtEveryTransferSize) {
  TestReactor reactor(Handler([this](const Request& request, ResponseWriter writer) {
    Response response;
    if (request.target() == "/file") response.file = {file_, 10, 100};
    if (request.target() == "/shared") response.shared_body = shared_;
    writer.Send(response);
  }));
  for (const std::size_t bytes : {1, 2, 7, 50, 100, 4096}) {
    TestClient client = reactor.Connect();
    client.Send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
    reactor.Tick();
    EXPECT_EQ(ContentOf(client.Take()), content_.substr(10, 100)) << bytes;
    client.Send("GET /file HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    reactor.syscalls().LimitTransfer(bytes < 50 ? 50 : bytes);
    reactor.Tick();
    reactor.syscalls().LimitTransfer(bytes);
    for (int round = 0; round < 10; ++round) reactor.Tick();
    reactor.syscalls().Heal();
    const std::string answers = client.Take();
    EXPECT_THAT(answers, HasSubstr("Content-Length: 100\r\n\r\n" + content_.substr(10, 100)))
        << bytes;
  }
  TestClient client = reactor.Connect();
  client.Send("GET /shared HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string answer;
  for (int round = 0; round < 1000 && answer.size() < content_.size(); ++round) {
    reactor.Tick();
    answer += client.Take();
  }
  EXPECT_EQ(ContentOf(answer), content_);
  EXPECT_EQ(shared_.use_count(), 1);
}

TEST_F(FileAnswerTest, RefusesARegionBeyondTheFile) {
  SendStatus status = SendStatus::kOk;
  TestReactor reactor(Handler([&](const Request&, ResponseWriter writer) {
    Response response;
    response.file = {file_, content_.size() - 5, 6};
    status = writer.Send(response);
  }));
  TestClient client = reactor.Connect();
  EXPECT_THAT(Ask(&reactor, &client, kGet), StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(status, SendStatus::kInvalid);
}

TEST_F(FileAnswerTest, CutsWhenTheFileHasShrunk) {
  char path[] = "/tmp/weir_shrunk_XXXXXX";
  const int fd = ::mkstemp(path);
  ASSERT_EQ(::write(fd, "0123456789", 10), 10);
  const auto file = *OpenFile::Open(path);
  TestReactor reactor(Handler([&file](const Request&, ResponseWriter writer) {
    Response response;
    response.file = {file, 0, 10};
    writer.Send(response);
  }));
  ASSERT_EQ(::ftruncate(fd, 4), 0);
  TestClient client = reactor.Connect();
  EXPECT_EQ(ContentOf(Ask(&reactor, &client, kGet)), "0123");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(CloseReason::kResponseCut), 1u);
  ::close(fd);
  ::unlink(path);
}

TEST(OpenFileTest, SaysWhyAFileCantBeSent) {
  EXPECT_EQ(OpenFile::Open("/nowhere/x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(OpenFile::Open("/tmp").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FileAnswerTest, EveryErrorOfEveryCallEndsInACountedWay) {
  const int errors[] = {EINTR, EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT, ENOMEM, EIO};
  for (const Call call : {Call::kRecv, Call::kSend, Call::kSendMsg, Call::kSendFile}) {
    for (const int error : errors) {
      for (int skip = 0; skip < 3; ++skip) {
        TestReactor reactor(Handler([this](const Request&, ResponseWriter writer) {
          ResponseStream stream = writer.Start(Response());
          stream.Write("plain");
          stream.Write(shared_);
          stream.Write(FileRegion{file_, 0, 1000});
          stream.End();
        }));
        {
          TestClient client = reactor.Connect();
          reactor.syscalls().Fail(call, error, skip);
          client.Send(std::string(kGet) + kGet);
          for (int round = 0; round < 10; ++round) {
            reactor.Tick();
            client.Take();
          }
        }
        reactor.syscalls().Heal();
        reactor.Tick(3);
        reactor.AdvanceMs(100000);
        reactor.Tick(2);
        std::uint64_t closed = 0;
        for (const std::uint64_t count : reactor.Stats().connections_closed) closed += count;
        EXPECT_EQ(closed, 1u) << static_cast<int>(call) << " " << error;
        EXPECT_EQ(reactor.open_connections(), 0u) << static_cast<int>(call) << " " << error;
        EXPECT_EQ(reactor.Stats().responses_pending, 0u);
      }
    }
  }
}

}  // namespace
}  // namespace weir
