// One head: every split gives the same, and every offset lies within it. First byte: limits;
// second: a split.

#include "weir/tests/fuzz/fuzz_check.h"
#include "weir/tests/fuzz/head_run.h"

namespace weir {
namespace {

void CheckOffsets(const HeadRun& run, std::size_t size, const ParserLimits& limits) {
  if (run.status == ParseStatus::kError) WEIR_FUZZ_CHECK(run.parser.error_offset() <= size);
  if (run.status == ParseStatus::kComplete) WEIR_FUZZ_CHECK(run.parser.head_bytes() <= size);
  for (std::uint32_t i = 0; i < run.parser.field_count(); ++i) {
    const FieldRef& field = run.table[i];
    WEIR_FUZZ_CHECK(field.name_length > 0);
    WEIR_FUZZ_CHECK(field.name_offset + field.name_length < field.value_offset);
    WEIR_FUZZ_CHECK(field.value_offset + field.value_length + 2 <= size);
    WEIR_FUZZ_CHECK(field.value_offset + field.value_length - field.name_offset <=
                    limits.max_field_bytes);
  }
}

// A run over copies, of which the last one stays.
struct CopyingRun {
  HeadRun run;
  ExactCopy copy{""};

  void Parse(std::string_view bytes, const ParserLimits& limits) {
    if (run.status != ParseStatus::kIncomplete) return;
    copy = ExactCopy(bytes);
    run.Parse(copy.view(), limits);
  }
};

void Check(FuzzInput input) {
  constexpr std::size_t kLongestByteByByte = 512;
  const ParserLimits limits = input.TakeLimits();
  const std::size_t wish = input.TakeByte();
  const std::string_view bytes = input.rest();
  CopyingRun whole;
  whole.Parse(bytes, limits);
  CheckOffsets(whole.run, bytes.size(), limits);
  CopyingRun split;
  split.Parse(bytes.substr(0, bytes.size() * wish / 255), limits);
  split.Parse(bytes, limits);
  CheckSame(split.run, whole.run);
  CopyingRun bytewise;
  for (std::size_t size = 0; size < bytes.size() && size <= kLongestByteByByte; ++size) {
    bytewise.Parse(bytes.substr(0, size), limits);
  }
  bytewise.Parse(bytes, limits);
  CheckSame(bytewise.run, whole.run);
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
