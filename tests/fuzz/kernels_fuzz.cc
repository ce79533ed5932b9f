// One head: every kernel gives the same as the scalar one, wherever the bytes lie between pages
// that cannot be read. First byte: limits; second: a split; third: an alignment.

#include "weir/parser/kernel.h"
#include "weir/tests/conformance/guarded_buffer.h"
#include "weir/tests/fuzz/fuzz_check.h"
#include "weir/tests/fuzz/head_run.h"

namespace weir {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLongest = 64 * 1024;

GuardedBuffer& Buffer() {
  static GuardedBuffer buffer(kLongest + kBlock);
  WEIR_FUZZ_CHECK(buffer.ok());
  return buffer;
}

// The bytes whole, `gap` bytes before the guard behind them or after the one before them.
void CheckWhole(const HeadRun& scalar, std::string_view bytes, std::size_t gap,
                const ParserLimits& limits) {
  HeadRun at_end;
  at_end.Parse(Buffer().PlaceAtEnd(bytes, gap), limits);
  CheckSame(at_end, scalar);
  HeadRun at_start;
  at_start.Parse(Buffer().PlaceAtStart(bytes, gap), limits);
  CheckSame(at_start, scalar);
}

// First the bytes before `split`, right before the guard; then all.
void CheckSplit(const HeadRun& scalar, std::string_view bytes, std::size_t split,
                const ParserLimits& limits) {
  HeadRun run;
  run.Parse(Buffer().PlaceAtEnd(bytes.substr(0, split), 0), limits);
  run.Parse(Buffer().PlaceAtEnd(bytes, 0), limits);
  CheckSame(run, scalar);
}

void Check(FuzzInput input) {
  const ParserLimits limits = input.TakeLimits();
  const std::size_t wish = input.TakeByte();
  const std::size_t gap = input.TakeByte() % kBlock;
  const std::string_view bytes = input.rest().substr(0, kLongest);
  WEIR_FUZZ_CHECK(UseKernel(ParserKernel::kScalar));
  HeadRun scalar;
  scalar.Parse(bytes, limits);
  for (const ParserKernel kernel : kParserKernels) {
    if (!UseKernel(kernel)) continue;
    for (const std::size_t place : {std::size_t{0}, gap, kBlock - 1 - gap}) {
      CheckWhole(scalar, bytes, place, limits);
    }
    const std::size_t split = bytes.size() * wish / 255;
    for (const std::size_t at : {split, split / 2, bytes.size() - split, bytes.size() - 1}) {
      if (at < bytes.size()) CheckSplit(scalar, bytes, at, limits);
    }
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
