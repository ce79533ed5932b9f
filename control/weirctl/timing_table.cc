#include "weir/control/weirctl/timing_table.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "absl/strings/str_format.h"

namespace weir {
namespace {

// Counts by the end of their bucket.
using Buckets = std::map<std::uint64_t, std::uint64_t>;

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999};

std::string Duration(std::uint64_t ns) {
  if (ns == std::numeric_limits<std::uint64_t>::max()) return "> 137 s";
  const auto value = static_cast<double>(ns);
  if (ns < 1'000'000) return absl::StrFormat("%.1f us", value / 1e3);
  if (ns < 1'000'000'000) return absl::StrFormat("%.1f ms", value / 1e6);
  return absl::StrFormat("%.1f s", value / 1e9);
}

std::uint64_t Quantile(const Buckets& buckets, std::uint64_t total, double quantile) {
  const auto rank = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total)));
  std::uint64_t below = 0;
  for (const auto& [end_ns, count] : buckets) {
    below += count;
    if (below >= rank) return end_ns;
  }
  return buckets.rbegin()->first;
}

}  // namespace

std::vector<std::vector<std::string>> TimingRows(const admin::v1::Stats& stats) {
  std::map<std::string, Buckets> timings;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    for (const auto& [name, histogram] : reactor.timings()) {
      for (const admin::v1::Histogram::Bucket& bucket : histogram.buckets()) {
        timings[name][bucket.end_ns()] += bucket.count();
      }
    }
  }
  std::vector<std::vector<std::string>> rows = {
      {"TIMING", "SAMPLES", "P50", "P90", "P99", "P99.9", "MAX"}};
  for (const auto& [name, buckets] : timings) {
    std::uint64_t total = 0;
    for (const auto& bucket : buckets) total += bucket.second;
    std::vector<std::string> row = {name, std::to_string(total)};
    for (const double quantile : kQuantiles) {
      row.push_back(Duration(Quantile(buckets, total, quantile)));
    }
    row.push_back(Duration(buckets.rbegin()->first));
    rows.push_back(row);
  }
  return rows;
}

}  // namespace weir
