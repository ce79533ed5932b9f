// What no parser of this design can beat: each byte loaded once and classified into the two masks.

#ifndef WEIR_TESTS_BENCH_LIMIT_H_
#define WEIR_TESTS_BENCH_LIMIT_H_

#include <cstddef>
#include <cstdint>

namespace weir {

// Each gives a sum over all masks, so that none can be left out. REQUIRES: size >= 32.
std::uint64_t ClassifySse42(const char* data, std::size_t size);
std::uint64_t ClassifyAvx2(const char* data, std::size_t size);
std::uint64_t ClassifyAvx512(const char* data, std::size_t size);

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_LIMIT_H_
