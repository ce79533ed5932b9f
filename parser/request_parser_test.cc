#include "weir/parser/request_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir {
namespace {

constexpr std::string_view kHead =
    "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: y\r\n\r\n";

TEST(RequestParser, LeavesTheBytesAfterTheHead) {
  FieldRef table[4];
  RequestParser parser(table, 4);
  const std::string input = std::string(kHead) + "hello";
  ASSERT_EQ(parser.Parse(input, ParserLimits()), ParseStatus::kComplete);
  EXPECT_EQ(parser.head_bytes(), kHead.size());
  EXPECT_EQ(parser.head().method, Method::kPost);
  EXPECT_EQ(parser.head().target.path, "/a");
  EXPECT_EQ(parser.head().framing.content_length, 5u);
  EXPECT_TRUE(parser.head().framing.has_body());
}

TEST(RequestParser, KnowsTheMethods) {
  const std::pair<const char*, Method> kMethods[] = {
      {"GET", Method::kGet},     {"HEAD", Method::kHead},     {"POST", Method::kPost},
      {"PUT", Method::kPut},     {"DELETE", Method::kDelete}, {"OPTIONS", Method::kOptions},
      {"TRACE", Method::kTrace}, {"PATCH", Method::kPatch},   {"get", Method::kOther},
      {"GETS", Method::kOther},  {"OPTION", Method::kOther},  {"PUR", Method::kOther},
  };
  for (const auto& [text, method] : kMethods) {
    FieldRef table[1];
    RequestParser parser(table, 1);
    ASSERT_EQ(parser.Parse(std::string(text) + " / HTTP/1.1\r\nHost: a\r\n\r\n", ParserLimits()),
              ParseStatus::kComplete);
    EXPECT_EQ(parser.head().method, method) << text;
    EXPECT_EQ(parser.head().method_text.size(), std::string_view(text).size());
  }
}

TEST(RequestParser, BufferAndTableMayMoveBetweenCalls) {
  std::vector<FieldRef> table(1);
  RequestParser parser(table.data(), 1);
  std::string buffer;
  ParseStatus status = ParseStatus::kIncomplete;
  for (const char c : kHead) {
    ASSERT_EQ(status, ParseStatus::kIncomplete);
    buffer = std::string(buffer) + c;
    std::vector<FieldRef> larger(table.size() + 1);
    std::copy_n(table.begin(), parser.field_count(), larger.begin());
    table.swap(larger);
    parser.set_fields(table.data(), static_cast<std::uint32_t>(table.size()));
    status = parser.Parse(buffer, ParserLimits());
  }
  ASSERT_EQ(status, ParseStatus::kComplete);
  EXPECT_EQ(parser.head().fields.Get("x"), "y");
  EXPECT_EQ(parser.head().target.query.data(), buffer.data() + 8);
}

TEST(RequestParser, TheTableIsALimitOfItsOwn) {
  FieldRef table[2];
  RequestParser parser(table, 2);
  ASSERT_EQ(parser.Parse(kHead, ParserLimits()), ParseStatus::kError);
  EXPECT_EQ(parser.error(), ParseError::kTooManyFields);
  EXPECT_EQ(parser.error_offset(), kHead.find("X:"));
}

TEST(RequestParser, SaysTheSameAgainUntilReset) {
  FieldRef table[4];
  RequestParser parser(table, 4);
  ASSERT_EQ(parser.Parse("GET  /", ParserLimits()), ParseStatus::kError);
  ASSERT_EQ(parser.Parse(kHead, ParserLimits()), ParseStatus::kError);
  EXPECT_EQ(parser.error(), ParseError::kRequestLineWhitespace);
  EXPECT_EQ(parser.error_offset(), 4u);
  parser.Reset();
  EXPECT_EQ(parser.error(), ParseError::kNone);
  EXPECT_EQ(parser.field_count(), 0u);
  EXPECT_EQ(parser.Parse(kHead, ParserLimits()), ParseStatus::kComplete);
}

TEST(RequestParser, SaysTheSameAgainAfterALongerHead) {
  FieldRef table[4];
  RequestParser parser(table, 4);
  ASSERT_EQ(parser.Parse(kHead.substr(0, 40), ParserLimits()), ParseStatus::kIncomplete);
  parser.Reset();
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(parser.Parse("\n", ParserLimits()), ParseStatus::kError);
    EXPECT_EQ(parser.error(), ParseError::kLeadingCrlf);
    EXPECT_EQ(parser.error_offset(), 0u);
  }
}

TEST(RequestParser, NothingOfARequestStaysInTheNext) {
  FieldRef table[8];
  RequestParser parser(table, 8);
  ASSERT_EQ(parser.Parse("PUT http://a/?q HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                         "Connection: close, upgrade\r\nUpgrade: x\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n",
                         ParserLimits()),
            ParseStatus::kComplete);
  EXPECT_TRUE(parser.head().expect_continue);
  EXPECT_TRUE(parser.head().upgrade);
  EXPECT_FALSE(parser.head().keep_alive);
  parser.Reset();
  ASSERT_EQ(parser.Parse("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n", ParserLimits()),
            ParseStatus::kComplete);
  const RequestHead& head = parser.head();
  EXPECT_FALSE(head.expect_continue);
  EXPECT_FALSE(head.upgrade);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.framing.has_body());
  EXPECT_EQ(head.target.form, TargetForm::kOrigin);
  EXPECT_TRUE(head.target.authority.empty());
  EXPECT_TRUE(head.target.scheme.empty());
  EXPECT_FALSE(head.target.has_query);
}

TEST(RequestParser, ALimitLoweredInTheMiddleActsAtOnce) {
  FieldRef table[4];
  RequestParser parser(table, 4);
  ParserLimits limits;
  ASSERT_EQ(parser.Parse(kHead.substr(0, 40), limits), ParseStatus::kIncomplete);
  limits.max_head_bytes = 30;
  ASSERT_EQ(parser.Parse(kHead, limits), ParseStatus::kError);
  EXPECT_EQ(parser.error(), ParseError::kHeadTooLarge);
  EXPECT_EQ(parser.error_offset(), 30u);
}

TEST(RequestParser, ALimitRaisedInTheMiddleActsAtOnce) {
  FieldRef table[4];
  RequestParser parser(table, 4);
  ParserLimits limits;
  limits.max_head_bytes = 41;
  ASSERT_EQ(parser.Parse(kHead.substr(0, 40), limits), ParseStatus::kIncomplete);
  limits.max_head_bytes = 100;
  EXPECT_EQ(parser.Parse(kHead, limits), ParseStatus::kComplete);
}

TEST(RequestParser, RefusesWithoutAnyByteWhereNoneIsAllowed) {
  RequestParser parser(nullptr, 0);
  ParserLimits limits;
  limits.max_head_bytes = 0;
  ASSERT_EQ(parser.Parse("", limits), ParseStatus::kError);
  EXPECT_EQ(parser.error(), ParseError::kHeadTooLarge);
}

TEST(RequestParser, WaitsForTheFirstByte) {
  RequestParser parser(nullptr, 0);
  EXPECT_EQ(parser.Parse("", ParserLimits()), ParseStatus::kIncomplete);
  EXPECT_EQ(parser.Parse("GET / HTTP/1.0\r\n\r\n", ParserLimits()), ParseStatus::kComplete);
}

}  // namespace
}  // namespace weir
