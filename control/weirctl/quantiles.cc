#include "weir/control/weirctl/quantiles.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"

namespace weir {

void AddTo(const admin::v1::Histogram& histogram, Buckets* buckets) {
  for (const admin::v1::Histogram::Bucket& bucket : histogram.buckets()) {
    (*buckets)[bucket.end_ns()] += bucket.count();
  }
}

std::uint64_t CountOf(const Buckets& buckets) {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets) total += bucket.second;
  return total;
}

std::uint64_t Quantile(const Buckets& buckets, double quantile) {
  const auto rank =
      static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(CountOf(buckets))));
  std::uint64_t below = 0;
  for (const auto& [end_ns, count] : buckets) {
    below += count;
    if (below >= rank) return end_ns;
  }
  return buckets.rbegin()->first;
}

std::string DurationText(std::uint64_t ns) {
  if (ns == std::numeric_limits<std::uint64_t>::max()) return "> 137 s";
  const auto value = static_cast<double>(ns);
  if (ns < 1'000'000) return absl::StrFormat("%.1f us", value / 1e3);
  if (ns < 1'000'000'000) return absl::StrFormat("%.1f ms", value / 1e6);
  return absl::StrFormat("%.1f s", value / 1e9);
}

}  // namespace weir
