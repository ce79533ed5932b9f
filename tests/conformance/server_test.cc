// After every kind of refusal the server gives its one answer and no further one: nothing behind it
// is a request, in whatever pieces it comes.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/body_decoder.h"
#include "weir/parser/request_parser.h"
#include "weir/reactor/testing/test_reactor.h"
#include "weir/tests/conformance/case_file.h"

namespace weir {
namespace {

using weir::test::TestClient;
using weir::test::TestReactor;

constexpr std::string_view kMore =
    "GET /more HTTP/1.1\r\nHost: a\r\n\r\nGET /more HTTP/1.1\r\nHost: a\r\n\r\n";

struct Refusal {
  ConformanceCase example;
  ParseError error;
  std::size_t answered = 0;  // requests before the one that is refused
};

// What becomes of the case's requests; kNone if none is refused, or there is a CONNECT, which the
// server refuses for itself.
Refusal FindRefusal(const ConformanceCase& example) {
  Refusal refusal = {example, ParseError::kNone};
  std::vector<FieldRef> table(example.limits.max_fields);
  RequestParser parser(table.data(), example.limits.max_fields);
  BodyDecoder decoder;
  std::string_view rest = example.input;
  for (;; ++refusal.answered) {
    parser.Reset();
    const ParseStatus status = parser.Parse(rest, example.limits);
    refusal.error = parser.error();
    if (status != ParseStatus::kComplete) return refusal;
    if (parser.head().method == Method::kConnect || !parser.head().keep_alive) return refusal;
    rest.remove_prefix(parser.head_bytes());
    decoder.Start(parser.head().framing);
    BodyStep step;
    do {
      step = decoder.Decode(rest, example.limits);
      rest.remove_prefix(step.consumed);
    } while (step.status == BodyStatus::kData);
    refusal.error = decoder.error();
    if (step.status != BodyStatus::kComplete) return refusal;
  }
}

std::vector<Refusal> Refusals() {
  std::vector<std::string> errors;
  std::vector<Refusal> refusals;
  for (const ConformanceCase& example : ReadAllCases("tests/conformance", &errors)) {
    Refusal refusal = FindRefusal(example);
    if (refusal.error != ParseError::kNone) refusals.push_back(std::move(refusal));
  }
  EXPECT_TRUE(errors.empty());
  return refusals;
}

// As much in each turn as the kernel takes.
void SendAll(TestReactor* reactor, TestClient* client, std::string_view bytes) {
  for (int turn = 0; turn < 1000 && !bytes.empty(); ++turn) {
    bytes.remove_prefix(client->Send(bytes));
    reactor->Tick();
    client->Receive();
  }
  EXPECT_TRUE(bytes.empty());
}

std::size_t CountOf(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// Sends the case and `kMore`, cut after `first` bytes, and what comes when all is over.
void ExpectOneRefusal(const Refusal& refusal, std::size_t first) {
  SCOPED_TRACE(refusal.example.where + " " + refusal.example.title + ", cut at " +
               std::to_string(first));
  std::vector<std::string> served;
  TestReactor reactor(
      [&](const Request& request, ResponseWriter response) {
        served.emplace_back(request.target());
        response.Send(200, "text/plain", "");
      },
      WithParserLimits(refusal.example.limits));
  TestClient client = reactor.Connect();
  const std::string bytes = refusal.example.input + std::string(kMore);
  SendAll(&reactor, &client, std::string_view(bytes).substr(0, first));
  SendAll(&reactor, &client, std::string_view(bytes).substr(first));
  SendAll(&reactor, &client, kMore);
  const std::string answers = client.Take();
  EXPECT_EQ(CountOf(answers, "\r\nDate: "), refusal.answered + 1);
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 200 OK\r\n"), refusal.answered);
  const ParseErrorInfo& info = Describe(refusal.error);
  const std::size_t last = answers.rfind("HTTP/1.1 " + std::to_string(info.status) + " ");
  ASSERT_NE(last, std::string::npos) << answers;
  EXPECT_NE(answers.find("\r\nConnection: close\r\n", last), std::string::npos) << answers;
  EXPECT_NE(answers.find("\r\n\r\n" + std::string(info.name) + " at ", last), std::string::npos);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(served.size(), refusal.answered);
  EXPECT_EQ(std::count(served.begin(), served.end(), "/more"), 0);
  EXPECT_EQ(reactor.Count(refusal.error), 1u);
  EXPECT_EQ(reactor.Count(Counter::kRequests), refusal.answered);
}

TEST(Server, GivesNoFurtherAnswerAfterAnyKindOfRefusal) {
  const std::vector<Refusal> refusals = Refusals();
  ASSERT_GT(refusals.size(), 300u);
  std::set<ParseError> seen;
  for (const Refusal& refusal : refusals) {
    seen.insert(refusal.error);
    ExpectOneRefusal(refusal, refusal.example.input.size());
    ExpectOneRefusal(refusal, refusal.example.input.size() + kMore.size() - 1);
    ExpectOneRefusal(refusal, refusal.example.input.size() / 2);
  }
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const auto error = static_cast<ParseError>(i);
    EXPECT_EQ(seen.count(error), 1u) << "no case for " << Describe(error).name;
  }
}

}  // namespace
}  // namespace weir
