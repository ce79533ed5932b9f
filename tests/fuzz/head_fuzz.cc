// One head: every kernel and every split gives the same. First byte: limits; second: a split.

#include <cstring>

#include "weir/parser/kernel.h"
#include "weir/parser/request_parser.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {
namespace {

constexpr std::uint32_t kCapacity = 100;

// A parser with its field table.
struct Run {
  FieldRef table[kCapacity];
  RequestParser parser{table, kCapacity};
  ParseStatus status = ParseStatus::kIncomplete;

  void Parse(std::string_view bytes, const ParserLimits& limits) {
    const ExactCopy copy(bytes);
    if (status == ParseStatus::kIncomplete) status = parser.Parse(copy.view(), limits);
  }
};

void CheckSame(const Run& a, const Run& b) {
  WEIR_FUZZ_CHECK(a.status == b.status);
  WEIR_FUZZ_CHECK(a.parser.error() == b.parser.error());
  WEIR_FUZZ_CHECK(a.parser.error_offset() == b.parser.error_offset());
  WEIR_FUZZ_CHECK(a.parser.field_count() == b.parser.field_count());
  WEIR_FUZZ_CHECK(std::memcmp(a.table, b.table, a.parser.field_count() * sizeof(FieldRef)) == 0);
  if (a.status != ParseStatus::kComplete) return;
  const RequestHead& x = a.parser.head();
  const RequestHead& y = b.parser.head();
  WEIR_FUZZ_CHECK(a.parser.head_bytes() == b.parser.head_bytes());
  WEIR_FUZZ_CHECK(x.method_text.size() == y.method_text.size());
  WEIR_FUZZ_CHECK(x.target.form == y.target.form);
  WEIR_FUZZ_CHECK(x.target.path.size() == y.target.path.size());
  WEIR_FUZZ_CHECK(x.target.query.size() == y.target.query.size());
  WEIR_FUZZ_CHECK(x.framing.kind == y.framing.kind);
  WEIR_FUZZ_CHECK(x.framing.content_length == y.framing.content_length);
  WEIR_FUZZ_CHECK(x.keep_alive == y.keep_alive);
}

void CheckOffsets(const Run& run, std::size_t size, const ParserLimits& limits) {
  if (run.status == ParseStatus::kError) WEIR_FUZZ_CHECK(run.parser.error_offset() <= size);
  for (std::uint32_t i = 0; i < run.parser.field_count(); ++i) {
    const FieldRef& field = run.table[i];
    WEIR_FUZZ_CHECK(field.name_length > 0);
    WEIR_FUZZ_CHECK(field.name_offset + field.name_length < field.value_offset);
    WEIR_FUZZ_CHECK(field.value_offset + field.value_length + 2 <= size);
    WEIR_FUZZ_CHECK(field.value_offset + field.value_length - field.name_offset <=
                    limits.max_field_bytes);
  }
}

void Check(FuzzInput input) {
  const ParserLimits limits = input.TakeLimits();
  const std::size_t wish = input.TakeByte();
  const std::string_view bytes = input.rest();
  UseKernel(ParserKernel::kScalar);
  Run scalar;
  scalar.Parse(bytes, limits);
  CheckOffsets(scalar, bytes.size(), limits);
  for (const ParserKernel kernel : kParserKernels) {
    if (!UseKernel(kernel)) continue;
    Run whole;
    whole.Parse(bytes, limits);
    CheckSame(whole, scalar);
    Run split;
    split.Parse(bytes.substr(0, bytes.size() * wish / 255), limits);
    split.Parse(bytes, limits);
    CheckSame(split, scalar);
  }
  Run bytewise;
  for (std::size_t size = 0; size <= bytes.size() && size <= 512; ++size) {
    bytewise.Parse(bytes.substr(0, size), limits);
  }
  bytewise.Parse(bytes, limits);
  CheckSame(bytewise, scalar);
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
