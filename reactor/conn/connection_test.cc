// A connection as its client sees it: requests, answers, pipelining, refusals.
#include "weir/reactor/conn/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

void Echo(const Request& request, ResponseWriter response) {
  response.Send(200, "text/plain",
                std::string(request.target()) + "|" + std::string(request.body()));
}

int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ConnectionTest, AnswersARequest) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(client.Take(),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\n/a|");
  EXPECT_FALSE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(Counter::kRequests), 1u);
  EXPECT_EQ(reactor.Count(Counter::kResponses2xx), 1u);
  EXPECT_EQ(reactor.Stats().connections_idle, 1u);
}

TEST(ConnectionTest, ServesARequestSplitAtEveryByte) {
  const std::string text =
      "POST /x?y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;a=b\r\n \r\n5\r\nworld\r\n0\r\nT: v\r\n\r\n";
  TestReactor reactor(Echo);
  for (std::size_t split = 1; split < text.size(); ++split) {
    TestClient client = reactor.Connect();
    client.Send(text.substr(0, split));
    reactor.Tick();
    EXPECT_EQ(client.Take(), "") << split;
    client.Send(text.substr(split));
    reactor.Tick();
    EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n/x?y|hello world")) << split;
  }
}

TEST(ConnectionTest, ServesARequestThatComesByteByByte) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  for (int round = 0; round < 2; ++round) {
    for (const char byte :
         std::string("PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")) {
      client.Send({&byte, 1});
      reactor.Tick();
    }
    EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n/b|body"));
  }
  EXPECT_EQ(reactor.Count(Counter::kRequests), 2u);
}

TEST(ConnectionTest, AnswersPipelinedRequestsInOrderAndWithOneSend) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  std::string requests;
  for (int i = 0; i < 16; ++i)
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  client.Send(requests);
  const std::uint64_t sends = reactor.syscalls().Count(Call::kSend);
  const std::uint64_t recvs = reactor.syscalls().Count(Call::kRecv);
  reactor.Tick();
  EXPECT_EQ(reactor.syscalls().Count(Call::kSend) - sends, 1u);
  EXPECT_EQ(reactor.syscalls().Count(Call::kRecv) - recvs, 1u);
  const std::string answers = client.Take();
  std::size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    at = answers.find("\r\n\r\n/" + std::to_string(i) + "|", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(ConnectionTest, MakesOneReceiveAndOneSendForEachRequest) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  std::vector<std::uint64_t> before;
  for (std::size_t call = 0; call < weir::test::kCallCount; ++call) {
    before.push_back(reactor.syscalls().Count(static_cast<Call>(call)));
  }
  client.Send(kGet);
  reactor.Tick();
  for (std::size_t call = 0; call < weir::test::kCallCount; ++call) {
    const auto which = static_cast<Call>(call);
    const bool expected = which == Call::kRecv || which == Call::kSend || which == Call::kEpollWait;
    EXPECT_EQ(reactor.syscalls().Count(which) - before[call], expected ? 1u : 0u) << call;
  }
}

TEST(ConnectionTest, GivesOthersATurnWhenOneHasItsShare) {
  Limits limits;
  limits.request_budget_per_tick = 4;
  TestReactor reactor(Echo, limits);
  TestClient greedy = reactor.Connect();
  TestClient modest = reactor.Connect();
  std::string requests;
  for (int i = 0; i < 10; ++i) requests += kGet;
  greedy.Send(requests);
  modest.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(CountOf(modest.Take(), "200 OK"), 1);
  std::string answers = greedy.Take();
  EXPECT_LT(CountOf(answers, "200 OK"), 10);
  reactor.Tick(2);
  answers += greedy.Take();
  EXPECT_EQ(CountOf(answers, "200 OK"), 10);
}

TEST(ConnectionTest, RefusesABadRequestOnceAndReadsNothingBehindIt) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + "GET /b HTTP/1.1\r\n\r\n" + kGet);
  reactor.Tick();
  const std::string answers = client.Take();
  EXPECT_EQ(CountOf(answers, "\r\nDate: "), 2);
  EXPECT_THAT(answers, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answers, HasSubstr("host_missing"));
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_FALSE(client.reset_by_server());
  EXPECT_EQ(reactor.Count(ParseError::kHostMissing), 1u);
  EXPECT_EQ(reactor.Count(Counter::kRequests), 1u);
  client.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(client.Take(), "");
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kParseError), 1u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

TEST(ConnectionTest, LingersForNoMoreThanItsTimeAndBytes) {
  Limits limits;
  limits.max_linger_bytes = 100;
  TestReactor reactor(Echo, limits);
  TestClient slow = reactor.Connect();
  TestClient big = reactor.Connect();
  slow.Send("bad request\r\n\r\n");
  big.Send("bad request\r\n\r\n");
  reactor.Tick();
  EXPECT_EQ(reactor.open_connections(), 2u);
  big.Send(std::string(101, 'x'));
  reactor.Tick();
  EXPECT_EQ(reactor.open_connections(), 1u);
  reactor.AdvanceMs(static_cast<std::int64_t>(limits.linger_timeout_ms) + 8);
  EXPECT_EQ(reactor.open_connections(), 0u);
  EXPECT_EQ(reactor.Count(CloseReason::kParseError), 2u);
}

TEST(ConnectionTest, ClosesAsTheRequestOrTheHandlerWishes) {
  TestReactor reactor([](const Request& request, ResponseWriter writer) {
    Response response;
    response.close = request.target() == "/close";
    writer.Send(response);
  });
  for (const char* request : {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                              "GET / HTTP/1.0\r\n\r\n", "GET /close HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    TestClient client = reactor.Connect();
    client.Send(request);
    reactor.Tick();
    EXPECT_THAT(client.Take(), HasSubstr("Connection: close\r\n")) << request;
    EXPECT_TRUE(client.closed_by_server()) << request;
  }
  EXPECT_EQ(reactor.Count(CloseReason::kAnswered), 3u);
}

TEST(ConnectionTest, AnAnswerIsNotOvertakenByAReset) {
  TestReactor reactor(Echo);
  TestClient client = reactor.ConnectTcp();
  reactor.Tick();
  // More than one receive takes, so that bytes are left in the kernel when the answer is sent.
  std::string pipelined = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  pipelined += std::string(200000, 'x');
  client.Send(pipelined);
  reactor.Tick(3);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(client.reset_by_server());
}

TEST(ConnectionTest, KeepsHttp10AliveOnlyWhenAsked) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  reactor.Tick();
  EXPECT_THAT(client.Take(), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_FALSE(client.closed_by_server());
}

TEST(ConnectionTest, EndsAfterItsNumberOfRequests) {
  Limits limits;
  limits.max_requests_per_connection = 3;
  TestReactor reactor(Echo, limits);
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + kGet + kGet + kGet);
  reactor.Tick();
  const std::string answers = client.Take();
  EXPECT_EQ(CountOf(answers, "200 OK"), 3);
  EXPECT_EQ(CountOf(answers, "Connection: close"), 1);
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kMaxRequests), 1u);
}

TEST(ConnectionTest, SendsContinueOnceAndOnlyWhenTheBodyIsAwaited) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  client.Send(head);
  reactor.Tick(2);
  EXPECT_EQ(client.Take(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("bo");
  reactor.Tick();
  EXPECT_EQ(client.Take(), "");
  client.Send("dy");
  reactor.Tick();
  EXPECT_THAT(client.Take(), EndsWith("/|body"));
  client.Send(head + "body");
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(reactor.Count(Counter::kResponses1xx), 1u);
}

TEST(ConnectionTest, RefusesATunnelAndNeverParsesWhatFollows) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send(std::string("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n") + kGet);
  reactor.Tick();
  const std::string answers = client.Take();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 501 "));
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 "), 1);
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kConnectUnsupported), 1u);
}

TEST(ConnectionTest, AnswersAClientThatHasClosedItsDirection) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + kGet);
  client.CloseWrite();
  reactor.Tick();
  EXPECT_EQ(CountOf(client.Take(), "200 OK"), 2);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(CloseReason::kClientClosed), 1u);
}

TEST(ConnectionTest, CountsAClientThatLeavesInTheMiddle) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  client.Send("GET /unfinished HTT");
  reactor.Tick();
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kClientAborted), 1u);
  EXPECT_EQ(reactor.Stats().connections_active, 0u);
}

TEST(ConnectionTest, TurnsAnExceptionInto500) {
  TestReactor reactor([](const Request& request, ResponseWriter response) {
    if (request.target() == "/throw") throw std::runtime_error("x");
    response.Send(200, "", "");
  });
  TestClient client = reactor.Connect();
  client.Send(std::string("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n") + kGet);
  reactor.Tick();
  const std::string answers = client.Take();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_EQ(CountOf(answers, "200 OK"), 1);
  EXPECT_EQ(reactor.Count(Counter::kHandlerExceptions), 1u);
  EXPECT_EQ(reactor.Count(Counter::kResponsesUnsent), 0u);
}

TEST(ConnectionTest, CountsAnswersThatAreForgottenOrMayNotBeSent) {
  SendStatus status = SendStatus::kOk;
  TestReactor reactor([&status](const Request& request, ResponseWriter writer) {
    if (request.target() == "/a") return;
    Response response;
    response.fields = {{"X", "a\r\nInjected: b"}};
    status = writer.Send(response);
    EXPECT_EQ(writer.Send(response), SendStatus::kAlreadySent);
  });
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  reactor.Tick();
  const std::string answers = client.Take();
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 500 "), 2);
  EXPECT_EQ(CountOf(answers, "Injected"), 0);
  EXPECT_EQ(status, SendStatus::kInvalid);
  EXPECT_EQ(reactor.Count(Counter::kResponsesUnsent), 1u);
  EXPECT_EQ(reactor.Count(Counter::kResponsesInvalid), 1u);
}

TEST(ConnectionTest, JudgesTheNextRequestByNewLimits) {
  TestReactor reactor(Echo);
  TestClient client = reactor.Connect();
  const std::string request =
      "GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(5000, 'c') + "\r\n\r\n";
  client.Send(request);
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
  reactor.SetLimits([](Limits* limits) { limits->max_head_bytes = 4096; });
  client.Send(request);
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(reactor.Stats().applied_limits_version, 2u);
}

}  // namespace
}  // namespace weir
