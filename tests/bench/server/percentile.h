// Percentiles of what a client has measured.

#ifndef WEIR_TESTS_BENCH_SERVER_PERCENTILE_H_
#define WEIR_TESTS_BENCH_SERVER_PERCENTILE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace weir {

// The value that this share of them is at or below (nearest rank); 0 of none. Sorts them.
inline double Percentile(std::vector<double>* values, double share) {
  if (values->empty()) return 0;
  std::sort(values->begin(), values->end());
  const auto rank =
      static_cast<std::size_t>(std::ceil(share * static_cast<double>(values->size())));
  return (*values)[rank - 1];
}

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_SERVER_PERCENTILE_H_
