// Requests with bodies on one connection: cut in pieces it gives the same events as whole. First
// byte: limits; second: the kernel; third: the size of the pieces.

#include <algorithm>
#include <string>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/tests/conformance/stream_events.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {
namespace {

bool EndsWithError(const std::vector<std::string>& events) {
  return !events.empty() && events.back().rfind("error ", 0) == 0;
}

void Check(FuzzInput input) {
  const ParserLimits limits = input.TakeLimits();
  const std::size_t kernels = sizeof(kParserKernels) / sizeof(kParserKernels[0]);
  const ParserKernel kernel = kParserKernels[input.TakeByte() % kernels];
  const std::size_t piece = 1 + input.TakeByte();
  const std::string_view bytes = input.rest();
  UseKernel(ParserKernel::kScalar);
  const std::vector<std::string> whole = ReadWhole(bytes, limits);
  UseKernel(kernel);
  StreamReader reader(limits);
  for (std::size_t size = 0; size <= bytes.size(); size += piece) {
    reader.Read(ExactCopy(bytes.substr(0, size)).view());
  }
  reader.Read(ExactCopy(bytes).view());
  WEIR_FUZZ_CHECK(reader.Finish() == whole);
  if (!EndsWithError(whole)) return;
  const std::string more = std::string(bytes) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  WEIR_FUZZ_CHECK(ReadWhole(more, limits) == whole);
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
