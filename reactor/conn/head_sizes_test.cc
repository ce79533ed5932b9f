#include "weir/reactor/conn/head_sizes.h"

#include <gtest/gtest.h>

#include <string>

#include "weir/parser/request_parser.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;

Limits MeasureEvery(std::uint64_t every) {
  Limits limits;
  limits.size_sample_every = every;
  return limits;
}

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

SizeCounts Get(const TestReactor& reactor, Size size) {
  return reactor.Stats().sizes[static_cast<std::size_t>(size)];
}

HeadSizes Measure(const std::string& text) {
  FieldRef fields[8];
  RequestParser parser(fields, 8);
  EXPECT_EQ(parser.Parse(text, ParserLimits()), ParseStatus::kComplete);
  return MeasureHead(parser.head(), std::string_view(text).substr(0, parser.head_bytes()));
}

std::uint64_t At(const HeadSizes& sizes, Size size) {
  return sizes[static_cast<std::size_t>(size)];
}

TEST(HeadSizesTest, CountsTheBytesOfEachPart) {
  const std::string head =
      "GET /a HTTP/1.1\r\nHost:  h \r\nCookie: a=1\r\nCOOKIE:b=22\r\nAccept: */*, x/y\r\n\r\n";
  const HeadSizes sizes = Measure(head + "content");
  EXPECT_EQ(At(sizes, Size::kHead), head.size());
  EXPECT_EQ(At(sizes, Size::kRequestLine), 15u);
  EXPECT_EQ(At(sizes, Size::kLongestField), 16u);
  EXPECT_EQ(At(sizes, Size::kCookie), 22u);
  EXPECT_EQ(At(sizes, Size::kFields), 4u);
  const HeadSizes bare = Measure("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(At(bare, Size::kRequestLine), 14u);
  EXPECT_EQ(At(bare, Size::kLongestField), 0u);
  EXPECT_EQ(At(bare, Size::kFields), 0u);
}

// What was measured is the least that the limits let pass.
TEST(HeadSizesTest, CountsAsTheLimitsDo) {
  const std::string head = "\r\nGET /abc HTTP/1.1\r\nHost: h\r\nX:   123  \r\nCookie: c=d\r\n\r\n";
  const HeadSizes sizes = Measure(head);
  ParserLimits least;
  least.max_head_bytes = static_cast<std::uint32_t>(At(sizes, Size::kHead));
  least.max_request_line_bytes = static_cast<std::uint32_t>(At(sizes, Size::kRequestLine));
  least.max_field_bytes = static_cast<std::uint32_t>(At(sizes, Size::kLongestField));
  least.max_fields = static_cast<std::uint32_t>(At(sizes, Size::kFields));
  FieldRef fields[8];
  const auto parse = [&](const ParserLimits& limits) {
    RequestParser parser(fields, 8);
    return parser.Parse(head, limits);
  };
  EXPECT_EQ(parse(least), ParseStatus::kComplete);
  for (std::uint32_t ParserLimits::*limit :
       {&ParserLimits::max_head_bytes, &ParserLimits::max_request_line_bytes,
        &ParserLimits::max_field_bytes, &ParserLimits::max_fields}) {
    ParserLimits less = least;
    --(less.*limit);
    EXPECT_EQ(parse(less), ParseStatus::kError);
  }
}

TEST(HeadSizesTest, MeasuresOneInSoManyAndTheRateIsLive) {
  TestReactor reactor(Hello, MeasureEvery(3));
  TestClient client = reactor.Connect();
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) {
      client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      reactor.Tick();
    }
  };
  ask(9);
  EXPECT_EQ(Get(reactor, Size::kHead).count(), 3u);
  EXPECT_EQ(Get(reactor, Size::kHead).sum, 3 * 27u);
  EXPECT_EQ(Get(reactor, Size::kHead).buckets[SizeBuckets::Index(27)], 3u);
  EXPECT_EQ(Get(reactor, Size::kCookie).count(), 0u) << "there was none";
  reactor.SetLimits([](Limits* limits) { limits->size_sample_every = 0; });
  ask(9);
  EXPECT_EQ(Get(reactor, Size::kHead).count(), 3u);
  reactor.SetLimits([](Limits* limits) { limits->size_sample_every = 1; });
  ask(2);
  EXPECT_EQ(Get(reactor, Size::kHead).count(), 5u);
  EXPECT_EQ(Get(reactor, Size::kFields).count(), 5u);
}

TEST(HeadSizesTest, ARefusedHeadIsNotMeasured) {
  TestReactor reactor(Hello, MeasureEvery(1));
  TestClient client = reactor.Connect();
  client.Send("GET /\r\n\r\n");
  reactor.Tick();
  EXPECT_EQ(Get(reactor, Size::kHead).count(), 0u);
}

TEST(HeadSizesTest, AHeadThatComesInPiecesIsMeasuredWhole) {
  TestReactor reactor(Hello, MeasureEvery(1));
  TestClient client = reactor.Connect();
  client.Send("GET / HTTP/1.1\r\nHos");
  reactor.Tick();
  client.Send("t: h\r\nCookie: a=b\r\n\r\n");
  reactor.Tick();
  EXPECT_EQ(Get(reactor, Size::kHead).sum, 40u);
  EXPECT_EQ(Get(reactor, Size::kCookie).sum, 11u);
  EXPECT_EQ(Get(reactor, Size::kLongestField).sum, 11u);
}

}  // namespace
}  // namespace weir
