// The inputs of the parser's benchmarks, made here.

#ifndef WEIR_TESTS_BENCH_BENCH_INPUTS_H_
#define WEIR_TESTS_BENCH_BENCH_INPUTS_H_

#include <string>
#include <vector>

namespace weir {

struct BenchInput {
  const char* name;
  // Each is one complete request without content; more than one where requests are to vary.
  std::vector<std::string> requests;
};

// a: a browser's request of 703 bytes. b: a small request of 170. c: curl's of 77. d: a browser's
// with a cookie of 1.5 KB, 2312. e: a cookie of about 12 KB, 12038. g: 1024 varied ones of about
// 410 bytes, so that branches are as hard to predict as they are in service.
std::vector<BenchInput> MakeBenchInputs();

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_BENCH_INPUTS_H_
