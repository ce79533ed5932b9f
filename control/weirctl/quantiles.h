// Percentiles of the control plane's histograms, which have counts for buckets.

#ifndef WEIR_CONTROL_WEIRCTL_QUANTILES_H_
#define WEIR_CONTROL_WEIRCTL_QUANTILES_H_

#include <cstdint>
#include <map>
#include <string>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Counts by the end of their bucket.
using Buckets = std::map<std::uint64_t, std::uint64_t>;

// Adds what `histogram` counted.
void AddTo(const admin::v1::Histogram& histogram, Buckets* buckets);

// The sum of all counts.
std::uint64_t CountOf(const Buckets& buckets);

// The end of the bucket that the quantile, 0 to 1, falls into: above the true value by a bucket's
// width at most. REQUIRES: a bucket.
std::uint64_t Quantile(const Buckets& buckets, double quantile);

// "12.3 us", "4.5 ms", "6.7 s"; "> 137 s" for the end of the last bucket.
std::string DurationText(std::uint64_t ns);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_QUANTILES_H_
