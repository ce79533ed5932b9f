// Every conformance case through a whole reactor: what a client gets for it, and what is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"
#include "weir/tests/conformance/case_file.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

// What a case says of its end.
struct Expectation {
  std::string error;  // the kind, or empty
  std::string status;
  int heads = 0;        // heads that are complete
  bool tunnel = false;  // a CONNECT is among them: answered 501, whatever follows
};

Expectation Expect(const ConformanceCase& test_case) {
  Expectation expected;
  for (const std::string& event : test_case.events) {
    std::istringstream words(event);
    std::string what;
    std::string word;
    words >> what >> word;
    if (what == "head") {
      ++expected.heads;
      expected.tunnel = expected.tunnel || word == "CONNECT";
    } else if (what == "error") {
      expected.error = word;
      words >> expected.status;
    }
  }
  return expected;
}

ParseError KindOf(const std::string& name) {
  for (std::size_t i = 0; i < kParseErrorCount; ++i) {
    if (Describe(static_cast<ParseError>(i)).name == name) return static_cast<ParseError>(i);
  }
  return ParseError::kNone;
}

std::uint64_t AllParseErrors(const TestReactor& reactor) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : reactor.Stats().parse_errors) sum += count;
  return sum;
}

// The statuses of all final answers, in order. Answers here have no body with "HTTP/1.1 " at the
// start of a line.
std::vector<std::string> Statuses(const std::string& answers) {
  std::vector<std::string> statuses;
  const std::string start = "HTTP/1.1 ";
  for (std::size_t at = answers.find(start); at != std::string::npos;
       at = answers.find(start, at + 1)) {
    const bool begins_line =
        at == 0 || answers[at - 1] == '\n' || answers.compare(at - 5, 5, "hello") == 0;
    const std::string status = answers.substr(at + start.size(), 3);
    if (begins_line && status != "100") statuses.push_back(status);
  }
  return statuses;
}

// Sends the input in pieces of `piece` bytes and returns all that came back.
std::string Exchange(TestReactor* reactor, TestClient* client, const std::string& input,
                     std::size_t piece) {
  for (std::size_t at = 0; at < input.size(); at += piece) {
    client->Send(std::string_view(input).substr(at, piece));
    reactor->Tick();
  }
  reactor->Tick(3);
  // Nothing behind a refusal is ever answered.
  client->Send("GET /behind HTTP/1.1\r\nHost: h\r\n\r\n");
  reactor->Tick(3);
  return client->Take();
}

void CheckRefusal(const ConformanceCase& test_case, const Expectation& expected,
                  std::size_t piece) {
  TestReactor reactor(Hello, WithParserLimits(test_case.limits));
  TestClient client = reactor.Connect();
  const std::string answers = Exchange(&reactor, &client, test_case.input, piece);
  const std::vector<std::string> statuses = Statuses(answers);
  ASSERT_FALSE(statuses.empty()) << test_case.where;
  EXPECT_EQ(statuses.back(), expected.status) << test_case.where << "\n" << answers;
  EXPECT_LE(statuses.size(), static_cast<std::size_t>(expected.heads) + 1) << test_case.where;
  EXPECT_EQ(std::count(statuses.begin(), statuses.end() - 1, "200"),
            static_cast<std::ptrdiff_t>(statuses.size()) - 1)
      << test_case.where;
  EXPECT_NE(answers.rfind("\r\nConnection: close\r\n"), std::string::npos) << test_case.where;
  EXPECT_TRUE(client.closed_by_server()) << test_case.where;
  EXPECT_EQ(reactor.Count(KindOf(expected.error)), 1u) << test_case.where;
  EXPECT_EQ(AllParseErrors(reactor), 1u) << test_case.where;
  client.Close();
  reactor.Tick(2);
  EXPECT_EQ(reactor.Count(CloseReason::kParseError), 1u) << test_case.where;
  EXPECT_EQ(reactor.open_connections(), 0u) << test_case.where;
}

void CheckService(const ConformanceCase& test_case) {
  TestReactor reactor(Hello, WithParserLimits(test_case.limits));
  TestClient client = reactor.Connect();
  client.Send(test_case.input);
  reactor.Tick(5);
  for (const std::string& status : Statuses(client.Take())) {
    EXPECT_EQ(status, "200") << test_case.where;
  }
  EXPECT_EQ(AllParseErrors(reactor), 0u) << test_case.where;
}

TEST(RefusalsTest, EveryClassOfBadInputHasItsAnswerItsCloseAndItsCount) {
  std::vector<std::string> errors;
  const std::vector<ConformanceCase> cases = ReadAllCases("tests/conformance", &errors);
  ASSERT_TRUE(errors.empty()) << errors[0];
  int refused = 0;
  int served = 0;
  for (const ConformanceCase& test_case : cases) {
    const Expectation expected = Expect(test_case);
    if (expected.tunnel) continue;
    if (expected.error.empty()) {
      CheckService(test_case);
      ++served;
      continue;
    }
    CheckRefusal(test_case, expected, test_case.input.size());
    if (test_case.input.size() < 4096) CheckRefusal(test_case, expected, 1);
    ++refused;
  }
  EXPECT_GT(refused, 300);
  EXPECT_GT(served, 100);
}

}  // namespace
}  // namespace weir
