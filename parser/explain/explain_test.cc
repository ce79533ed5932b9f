#include "weir/parser/explain/explain.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

constexpr char kGood[] = "GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n";

Explanation Of(const std::string& input) { return Explain(input, ParserLimits()); }

TEST(Explain, AWholeRequest) {
  const Explanation whole = Of("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(whole.outcome, ExplainOutcome::kAccepted);
  ASSERT_EQ(whole.requests.size(), 1u);
  const ExplainedRequest& request = whole.requests[0];
  EXPECT_EQ(request.offset, 0u);
  EXPECT_EQ(request.head_bytes, 48u);
  EXPECT_EQ(request.body_bytes, 3u);
  EXPECT_EQ(request.content_bytes, 3u);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a");
  EXPECT_EQ(request.minor_version, 1);
  EXPECT_EQ(request.fields, 2u);
  EXPECT_TRUE(request.keep_alive);
}

TEST(Explain, CountsTheFramingOfChunksApart) {
  const Explanation whole =
      Of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
  ASSERT_EQ(whole.requests.size(), 1u);
  EXPECT_EQ(whole.requests[0].content_bytes, 2u);
  EXPECT_EQ(whole.requests[0].body_bytes, 12u);
}

TEST(Explain, TheFirstOfSeveralThatIsRefused) {
  const std::string good = kGood;
  const Explanation refused = Of(good + good + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + good);
  EXPECT_EQ(refused.outcome, ExplainOutcome::kRefused);
  EXPECT_EQ(refused.requests.size(), 2u);
  EXPECT_EQ(refused.request_offset, 2 * good.size());
  EXPECT_EQ(refused.error, ParseError::kSpaceBeforeColon);
  EXPECT_EQ(refused.offset, 2 * good.size() + 20);
  EXPECT_EQ(refused.place.line, 8u);
  EXPECT_EQ(refused.place.column, 5u);
  EXPECT_EQ(refused.place.part, RequestPart::kField);
  EXPECT_EQ(refused.place.field_name, "Host ");
  EXPECT_EQ(refused.limit, "");
}

TEST(Explain, WhatIsStillToCome) {
  const struct {
    const char* input;
    const char* waiting_for;
  } kCases[] = {
      {"", "the first byte of a request"},
      {"GET", "the end of the request line"},
      {"\r\nGET / HT", "the end of the request line"},
      {"GET / HTTP/1.1\r\nHost: a\r\n", "the empty line that ends the head"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
       "3 more of the 5 bytes of content"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n",
       "the rest of the chunks, which end with one of size 0 and an empty line"},
  };
  for (const auto& example : kCases) {
    const Explanation incomplete = Of(example.input);
    EXPECT_EQ(incomplete.outcome, ExplainOutcome::kIncomplete) << example.input;
    EXPECT_EQ(incomplete.waiting_for, example.waiting_for) << example.input;
    EXPECT_TRUE(incomplete.requests.empty()) << example.input;
  }
}

TEST(Explain, NothingIsReadBehindTheLastRequest) {
  const Explanation closed =
      Of("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nnot a request");
  EXPECT_EQ(closed.outcome, ExplainOutcome::kAccepted);
  EXPECT_EQ(closed.unread_bytes, 13u);
  EXPECT_FALSE(closed.requests[0].keep_alive);
}

TEST(Explain, TheLimitThatWasPassed) {
  ParserLimits limits;
  limits.max_field_bytes = 9;
  const Explanation refused = Explain("GET / HTTP/1.1\r\nHost: abcd\r\n\r\n", limits);
  EXPECT_EQ(refused.error, ParseError::kFieldTooLong);
  EXPECT_EQ(refused.limit, "max_field_bytes = 9");
}

TEST(Explain, ThePartOfTheRequest) {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const struct {
    std::string input;
    RequestPart part;
  } kCases[] = {
      {"GE\x01 / HTTP/1.1\r\n", RequestPart::kRequestLine},
      {"\r\nGE\x01 / HTTP/1.1\r\n", RequestPart::kRequestLine},
      {"GET / HTTP/1.1\r\nHost: \x01\r\n\r\n", RequestPart::kField},
      {"GET / HTTP/1.1\r\nA: b\r\n\r\n", RequestPart::kHeadEnd},
      {chunked + "x\r\n", RequestPart::kChunk},
      {chunked + "200000\r\n", RequestPart::kChunk},
      {chunked + "0\r\nHost: a\r\n\r\n", RequestPart::kTrailer},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n", RequestPart::kField},
  };
  for (const auto& example : kCases) {
    const Explanation refused = Of(example.input);
    EXPECT_EQ(refused.outcome, ExplainOutcome::kRefused) << example.input;
    EXPECT_EQ(Describe(refused.place.part), Describe(example.part)) << example.input;
  }
}

TEST(Explain, EveryErrorOfALimitNamesIt) {
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    EXPECT_FALSE(info.section.empty()) << info.name;
    EXPECT_FALSE(info.text.empty()) << info.name;
    if (info.status == 431 || info.status == 413 || info.status == 414) {
      EXPECT_NE(info.text.find("raise max_"), std::string_view::npos) << info.name;
    }
  }
}

}  // namespace
}  // namespace weir
