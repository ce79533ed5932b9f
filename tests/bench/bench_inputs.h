// The inputs of the parser's benchmarks, made here.

#ifndef WEIR_TESTS_BENCH_BENCH_INPUTS_H_
#define WEIR_TESTS_BENCH_BENCH_INPUTS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

struct BenchInput {
  const char* name;
  // Each is what one delivery brings: complete requests without content, one or (input f) several;
  // more than one delivery where requests are to vary.
  std::vector<std::string> deliveries;
  std::size_t requests_per_delivery = 1;
};

// a: a browser's request of 703 bytes. b: a small request of 170. c: curl's of 77. d: a browser's
// with a cookie of 1.5 KB, 2312. e: a cookie of about 12 KB, 12038. f: 16 times b, pipelined.
// g: 1024 varied ones of about 410 bytes, so that branches are as hard to predict as in service.
std::vector<BenchInput> MakeBenchInputs();

// The same with other names of the same length in place of those that the parser itself must
// understand, and without a length or a Host: for what reading a head costs without its rules.
BenchInput WithoutKnownFields(BenchInput input);

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_BENCH_INPUTS_H_
