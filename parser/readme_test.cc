// parser/README.md lists every kind of refusal as the table has it, and no other; and the parser
// accepts what it says is accepted.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/body_decoder.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/request_parser.h"

namespace weir {
namespace {

// The lines of the table in the section with that title, without the heading's two.
std::vector<std::string> Rows(const std::string& title) {
  std::ifstream in("parser/README.md");
  EXPECT_TRUE(in);
  std::vector<std::string> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("## ", 0) == 0) inside = line == "## " + title;
    if (inside && line.rfind("| ", 0) == 0) rows.push_back(line);
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

TEST(ReadmeTest, ListsEveryKindOfRefusalAndNoOther) {
  std::set<std::string> expected;
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    std::ostringstream row;
    row << "| `" << info.name << "` | " << info.status << " | " << info.section << " | "
        << info.text << " |";
    expected.insert(row.str());
  }
  const std::vector<std::string> rows = Rows("What is refused");
  EXPECT_EQ(rows.size(), kParseErrorCount - 1);
  EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()), expected);
}

// By the start of the row.
const std::map<std::string, std::vector<std::string>>& Accepted() {
  static const std::string host = "Host: a\r\n\r\n";
  static const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  static const std::map<std::string, std::vector<std::string>> accepted = {
      {"unknown and lowercase", {"BREW / HTTP/1.1\r\n" + host, "get / HTTP/1.1\r\n" + host}},
      {"a path, an absolute",
       {"GET /a HTTP/1.1\r\n" + host, "GET http://a/ HTTP/1.1\r\n" + host,
        "CONNECT a:1 HTTP/1.1\r\n" + host, "OPTIONS * HTTP/1.1\r\n" + host}},
      {"raw `", {"GET /\"<>\\|^{} HTTP/1.1\r\n" + host}},
      {"one CRLF", {"\r\nGET / HTTP/1.1\r\n" + host}},
      {"HTTP/1.0 without", {"GET / HTTP/1.0\r\n\r\n"}},
      {"an empty Host", {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"}},
      {"HTAB and", {"GET / HTTP/1.1\r\nX: \t\x80\t\xff\r\nY:\r\n" + host}},
      {"0x85 and", {"GET / HTTP/1.1\r\nX: \xa0x\x85\r\n" + host}},
      {"`_` in", {"GET / HTTP/1.1\r\nContent_Length: x\r\n" + host}},
      {"`Content-Length`", {post + "Content-Length: 0001\r\n\r\nx"}},
      {"`Transfer-Encoding: CHunked`",
       {post + "Transfer-Encoding: \tCHunked \t\r\n\r\n1\r\nx\r\n0\r\n\r\n"}},
      {"neither of", {post + "\r\n"}},
      {"content with any", {"GET / HTTP/1.1\r\nContent-Length: 1\r\n" + host + "x"}},
      {"chunk extensions", {post + "Transfer-Encoding: chunked\r\n\r\n0;a=\"b\"\r\nX: y\r\n\r\n"}},
      {"HTTP/1.0 with", {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}},
      {"`Expect:",
       {post + "Expect: 100-continue\r\n\r\n", "GET / HTTP/1.0\r\nExpect: other\r\n\r\n"}},
      {"Upgrade,", {"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n" + host}},
  };
  return accepted;
}

// Whether all of it is one request.
bool IsOneRequest(std::string_view bytes) {
  FieldRef table[8];
  const ParserLimits limits;
  RequestParser parser(table, 8);
  if (parser.Parse(bytes, limits) != ParseStatus::kComplete) return false;
  bytes.remove_prefix(parser.head_bytes());
  BodyDecoder decoder;
  decoder.Start(parser.head().framing);
  BodyStep step;
  do {
    step = decoder.Decode(bytes, limits);
    bytes.remove_prefix(step.consumed);
  } while (step.status == BodyStatus::kData);
  return step.status == BodyStatus::kComplete && bytes.empty();
}

TEST(ReadmeTest, EachRowOfWhatIsAcceptedHasExamplesThatAre) {
  const std::vector<std::string> rows = Rows("What is accepted");
  EXPECT_EQ(rows.size(), Accepted().size());
  for (const std::string& row : rows) {
    const auto next = Accepted().upper_bound(row.substr(2));
    ASSERT_NE(next, Accepted().begin()) << row;
    const auto& [start, examples] = *std::prev(next);
    EXPECT_EQ(row.rfind("| " + start, 0), 0u) << "no examples of: " << row;
    for (const std::string& example : examples) EXPECT_TRUE(IsOneRequest(example)) << example;
  }
}

}  // namespace
}  // namespace weir
