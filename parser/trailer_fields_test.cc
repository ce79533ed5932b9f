#include "weir/parser/trailer_fields.h"

#include <gtest/gtest.h>

#include <string>

#include "weir/parser/body_decoder.h"

namespace weir {
namespace {

constexpr MessageFraming kChunked = {BodyKind::kChunked, 0};
constexpr char kBody[] =
    "2\r\nhi\r\n0\r\nServer-Timing:  db;dur=5\t\r\nEmpty:\r\nX-Sum: a b\r\n\r\nGET";
constexpr char kSection[] = "Server-Timing:  db;dur=5\t\r\nEmpty:\r\nX-Sum: a b\r\n\r\n";

struct Decoded {
  std::string content;
  std::string trailers;
  BodyStatus status = BodyStatus::kMore;
  std::size_t consumed = 0;
};

// Decodes `body` given in pieces of `piece` bytes.
Decoded Decode(std::string_view body, TrailerUse use, std::size_t piece) {
  BodyDecoder decoder;
  decoder.Start(kChunked, use);
  Decoded decoded;
  while (decoded.consumed < body.size() && decoded.status != BodyStatus::kComplete &&
         decoded.status != BodyStatus::kError) {
    const BodyStep step = decoder.Decode(body.substr(decoded.consumed, piece), ParserLimits());
    (step.status == BodyStatus::kTrailers ? decoded.trailers : decoded.content) += step.data;
    decoded.consumed += step.consumed;
    decoded.status = step.status;
  }
  return decoded;
}

TEST(Trailers, AreGivenAsReceivedForEverySplit) {
  for (std::size_t piece = 1; piece <= sizeof(kBody); ++piece) {
    const Decoded decoded = Decode(kBody, TrailerUse::kGive, piece);
    EXPECT_EQ(decoded.status, BodyStatus::kComplete) << piece;
    EXPECT_EQ(decoded.content, "hi") << piece;
    EXPECT_EQ(decoded.trailers, kSection) << piece;
    EXPECT_EQ(decoded.consumed, sizeof(kBody) - 1 - 3) << piece;
  }
}

TEST(Trailers, AreDroppedUnlessAskedFor) {
  for (std::size_t piece = 1; piece <= sizeof(kBody); ++piece) {
    const Decoded decoded = Decode(kBody, TrailerUse::kDrop, piece);
    EXPECT_EQ(decoded.status, BodyStatus::kComplete);
    EXPECT_EQ(decoded.content, "hi");
    EXPECT_EQ(decoded.trailers, "");
  }
}

TEST(Trailers, ThatAreMalformedAreRefusedAlsoWhenAskedFor) {
  BodyDecoder decoder;
  decoder.Start(kChunked, TrailerUse::kGive);
  const BodyStep step = decoder.Decode("0\r\nA: 1\r\nHost: x\r\n\r\n", ParserLimits());
  EXPECT_EQ(step.status, BodyStatus::kError);
  EXPECT_EQ(decoder.error(), ParseError::kTrailerForbidden);
  EXPECT_EQ(decoder.error_offset(), 9u);
}

TEST(SplitTrailers, GivesTrimmedFields) {
  FieldRef refs[3];
  ASSERT_EQ(SplitTrailers(kSection, refs, 3), 3u);
  const HeaderFields fields(kSection, refs, 3);
  EXPECT_EQ(fields[0].name, "Server-Timing");
  EXPECT_EQ(fields.Get("server-timing"), "db;dur=5");
  EXPECT_EQ(fields[1].name, "Empty");
  EXPECT_EQ(fields[1].value, "");
  EXPECT_EQ(fields.Get("x-sum"), "a b");
}

TEST(SplitTrailers, CountsWhatHasNoRoom) {
  FieldRef refs[1];
  EXPECT_EQ(SplitTrailers(kSection, refs, 1), 3u);
  EXPECT_EQ(HeaderFields(kSection, refs, 1)[0].value, "db;dur=5");
  EXPECT_EQ(SplitTrailers("\r\n", nullptr, 0), 0u);
}

}  // namespace
}  // namespace weir
