#include "weir/parser/body_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

constexpr MessageFraming kChunked = {BodyKind::kChunked, 0};

TEST(BodyDecoder, ABodyThatIsNotThereIsComplete) {
  BodyDecoder decoder;
  for (const MessageFraming framing : {MessageFraming(), {BodyKind::kContentLength, 0}}) {
    decoder.Start(framing);
    const BodyStep step = decoder.Decode("GET /", ParserLimits());
    EXPECT_EQ(step.status, BodyStatus::kComplete);
    EXPECT_EQ(step.consumed, 0u);
    EXPECT_TRUE(step.data.empty());
  }
}

TEST(BodyDecoder, TakesALengthAndNotAByteMore) {
  BodyDecoder decoder;
  decoder.Start({BodyKind::kContentLength, 5});
  EXPECT_EQ(decoder.Decode("", ParserLimits()).status, BodyStatus::kMore);
  const BodyStep first = decoder.Decode("he", ParserLimits());
  EXPECT_EQ(first.status, BodyStatus::kData);
  EXPECT_EQ(first.data, "he");
  const BodyStep second = decoder.Decode("lloGET", ParserLimits());
  EXPECT_EQ(second.status, BodyStatus::kComplete);
  EXPECT_EQ(second.data, "llo");
  EXPECT_EQ(second.consumed, 3u);
  EXPECT_EQ(decoder.content_bytes(), 5u);
}

TEST(BodyDecoder, GivesViewsIntoTheInput) {
  BodyDecoder decoder;
  decoder.Start(kChunked);
  const std::string input = "5\r\nhello\r\n0\r\n\r\nrest";
  const BodyStep data = decoder.Decode(input, ParserLimits());
  EXPECT_EQ(data.status, BodyStatus::kData);
  EXPECT_EQ(data.data.data(), input.data() + 3);
  EXPECT_EQ(data.consumed, 10u);
  const BodyStep end = decoder.Decode(std::string_view(input).substr(10), ParserLimits());
  EXPECT_EQ(end.status, BodyStatus::kComplete);
  EXPECT_EQ(end.consumed, 5u);
}

TEST(BodyDecoder, SaysTheSameAgainUntilStart) {
  BodyDecoder decoder;
  decoder.Start(kChunked);
  EXPECT_EQ(decoder.Decode("x", ParserLimits()).status, BodyStatus::kError);
  const BodyStep again = decoder.Decode("0\r\n\r\n", ParserLimits());
  EXPECT_EQ(again.status, BodyStatus::kError);
  EXPECT_EQ(again.consumed, 0u);
  EXPECT_EQ(decoder.error(), ParseError::kChunkSizeInvalid);
  EXPECT_EQ(decoder.error_offset(), 0u);
  decoder.Start(kChunked);
  EXPECT_EQ(decoder.error(), ParseError::kNone);
  EXPECT_EQ(decoder.Decode("0\r\n\r\n", ParserLimits()).status, BodyStatus::kComplete);
  EXPECT_EQ(decoder.Decode("0\r\n\r\n", ParserLimits()).consumed, 0u);
}

TEST(BodyDecoder, ABodyLimitLoweredInTheMiddleRefusesTheNextChunk) {
  BodyDecoder decoder;
  decoder.Start(kChunked);
  ParserLimits limits;
  EXPECT_EQ(decoder.Decode("3\r\nabc", limits).status, BodyStatus::kData);
  limits.max_body_bytes = 2;
  EXPECT_EQ(decoder.Decode("\r\n1\r\nd", limits).status, BodyStatus::kError);
  EXPECT_EQ(decoder.error(), ParseError::kBodyTooLarge);
  EXPECT_EQ(decoder.error_offset(), 8u);
}

TEST(BodyDecoder, RefusesAFloodOfTinyChunksInTime) {
  BodyDecoder decoder;
  decoder.Start(kChunked);
  const ParserLimits limits;
  std::uint64_t bytes = 0;
  BodyStep step = {BodyStatus::kMore, 0, {}};
  while (step.status != BodyStatus::kError && bytes < 2 * limits.max_chunk_overhead_bytes) {
    std::string_view chunk = "1\r\nx\r\n";
    bytes += chunk.size();
    do {
      step = decoder.Decode(chunk, limits);
      chunk.remove_prefix(step.consumed);
    } while (step.status == BodyStatus::kData);
  }
  EXPECT_EQ(decoder.error(), ParseError::kChunkOverhead);
  EXPECT_GE(decoder.error_offset() + 1 - decoder.content_bytes(), limits.max_chunk_overhead_bytes);
  EXPECT_LT(decoder.error_offset() - decoder.content_bytes(), limits.max_chunk_overhead_bytes + 6);
}

TEST(BodyDecoder, LargeChunksAreNoFlood) {
  BodyDecoder decoder;
  decoder.Start(kChunked);
  ParserLimits limits;
  limits.max_chunk_overhead_bytes = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string_view chunk = "8\r\n01234567\r\n";
    while (!chunk.empty()) {
      const BodyStep step = decoder.Decode(chunk, limits);
      ASSERT_NE(step.status, BodyStatus::kError);
      chunk.remove_prefix(step.consumed);
    }
  }
  EXPECT_EQ(decoder.content_bytes(), 8000u);
}

struct Body {
  MessageFraming framing;
  std::string bytes;
};

// What a decoder makes of a body that comes a byte at a time, or as it may, all at once.
std::string Story(BodyDecoder* decoder, const Body& body, std::size_t step_bytes) {
  ParserLimits limits;
  limits.max_chunk_extension_bytes = 4;
  limits.max_chunk_extensions_bytes_per_body = 6;
  decoder->Start(body.framing, TrailerUse::kGive);
  std::string story;
  std::string_view rest = body.bytes;
  BodyStep step = {BodyStatus::kMore, 0, {}};
  do {
    step = decoder->Decode(rest.substr(0, step_bytes), limits);
    rest.remove_prefix(step.consumed);
    story += step.data;
  } while (!rest.empty() && step.status != BodyStatus::kComplete &&
           step.status != BodyStatus::kError);
  return story + "|" + std::to_string(static_cast<int>(step.status)) + "|" +
         std::to_string(rest.size()) + "|" + std::to_string(decoder->content_bytes()) + "|" +
         std::string(Describe(decoder->error()).name) + std::to_string(decoder->error_offset());
}

// Whatever the body before was, and however it ended.
TEST(BodyDecoder, StartsAfresh) {
  const std::string_view chunks = "3\r\nabc\r\n";
  const std::vector<Body> bodies = {
      {{}, "x"},
      {{BodyKind::kContentLength, 3}, "abcd"},
      {{BodyKind::kContentLength, 3}, "ab"},
      {kChunked, std::string(chunks) + "0\r\nA: b\r\n\r\nx"},
      {kChunked, std::string(chunks) + "0;a=b\r\n\r\n"},
      {kChunked, std::string(chunks) + "0;a=bc\r\n\r\n"},
      {kChunked, "1;a=b\r\nx\r\n1;a=b\r\n"},
      {kChunked, std::string(chunks) + "00000000000000000"},
      {kChunked, std::string(chunks) + "fffffff"},
      {kChunked, std::string(chunks) + "0\r\nHost: a\r\n"},
      {kChunked, std::string(chunks) + "0\r\nA\r\n"},
      {kChunked, "ffffff\r\nabc"},
  };
  for (const std::size_t step_bytes : {std::size_t{1}, std::string::npos}) {
    for (const Body& before : bodies) {
      for (const Body& body : bodies) {
        BodyDecoder fresh;
        BodyDecoder used;
        Story(&used, before, step_bytes);
        EXPECT_EQ(Story(&used, body, step_bytes), Story(&fresh, body, step_bytes))
            << body.bytes << " after " << before.bytes;
      }
    }
  }
}

}  // namespace
}  // namespace weir
