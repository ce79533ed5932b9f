// The flag --limits of the servers that benchmarks start.

#ifndef WEIR_TESTS_BENCH_SERVER_LIMIT_FLAGS_H_
#define WEIR_TESTS_BENCH_SERVER_LIMIT_FLAGS_H_

#include <string>
#include <vector>

#include "weir/reactor/limits.h"

namespace weir {

// Sets each LIMIT=NUMBER in `limits`. False, and a line to standard error, for what is not that.
bool SetLimits(const std::vector<std::string>& assignments, Limits* limits);

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_SERVER_LIMIT_FLAGS_H_
