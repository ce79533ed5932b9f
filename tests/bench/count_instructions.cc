// Reads each input once on each kernel that valgrind can run, each inside one call of a function of
// its own, and prints a line "<kernel> <input>" for each, in that order: for callgrind, which
// counts what that function does. See bazel/dev/instructions.sh.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/tests/bench/bench_inputs.h"
#include "weir/tests/bench/measured_parsers.h"

extern "C" __attribute__((noinline)) bool weir_counted_read(weir::WeirParser* parser,
                                                            const char* data, std::size_t size) {
  return parser->ReadHead({data, size}) != 0;
}

int main() {
  for (const weir::ParserKernel kernel : weir::kParserKernels) {
    if (!weir::IsKernelAvailable(kernel)) continue;
    for (const weir::BenchInput& input : weir::MakeBenchInputs()) {
      weir::WeirParser parser(kernel);
      const std::string& bytes = input.deliveries[0];
      // The first call may have the dynamic linker look things up.
      if (parser.ReadHead(bytes) == 0) return 1;
      if (!weir_counted_read(&parser, bytes.data(), bytes.size())) return 1;
      std::printf("%s %s\n", std::string(weir::KernelName(kernel)).c_str(), input.name);
    }
  }
  return 0;
}
