// One chunked body: any cutting gives the same content, error and offset. First byte: limits;
// second: the size of the pieces.

#include <algorithm>
#include <string>

#include "weir/parser/body_decoder.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {
namespace {

struct Result {
  BodyStatus status = BodyStatus::kMore;
  std::string content;
  std::uint64_t consumed = 0;
  ParseError error = ParseError::kNone;
  std::uint64_t error_offset = 0;
};

Result DecodeInPieces(std::string_view bytes, std::size_t piece, const ParserLimits& limits) {
  BodyDecoder decoder;
  decoder.Start({BodyKind::kChunked, 0});
  Result result;
  std::size_t begin = 0;
  while (begin < bytes.size() && result.status == BodyStatus::kMore) {
    const ExactCopy copy(bytes.substr(begin, piece));
    std::string_view input = copy.view();
    begin += input.size();
    BodyStep step;
    do {
      step = decoder.Decode(input, limits);
      WEIR_FUZZ_CHECK(step.consumed <= input.size());
      WEIR_FUZZ_CHECK(step.status != BodyStatus::kData || !step.data.empty());
      WEIR_FUZZ_CHECK(step.status != BodyStatus::kMore || step.consumed == input.size());
      result.content += step.data;
      result.consumed += step.consumed;
      input.remove_prefix(step.consumed);
    } while (step.status == BodyStatus::kData);
    result.status = step.status;
  }
  result.error = decoder.error();
  result.error_offset = decoder.error_offset();
  WEIR_FUZZ_CHECK(decoder.content_bytes() == result.content.size());
  WEIR_FUZZ_CHECK(result.content.size() <= limits.max_body_bytes);
  return result;
}

void Check(FuzzInput input) {
  const ParserLimits limits = input.TakeLimits();
  const std::size_t piece = 1 + input.TakeByte();
  const std::string_view bytes = input.rest();
  const Result whole = DecodeInPieces(bytes, bytes.size(), limits);
  for (const std::size_t size : {piece, std::size_t{1}}) {
    const Result cut = DecodeInPieces(bytes, size, limits);
    WEIR_FUZZ_CHECK(cut.status == whole.status);
    WEIR_FUZZ_CHECK(cut.content == whole.content);
    WEIR_FUZZ_CHECK(cut.error == whole.error);
    WEIR_FUZZ_CHECK(cut.error_offset == whole.error_offset);
    if (whole.status == BodyStatus::kComplete) WEIR_FUZZ_CHECK(cut.consumed == whole.consumed);
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
