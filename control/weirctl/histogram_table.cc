#include "weir/control/weirctl/histogram_table.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "absl/strings/str_format.h"

namespace weir {
namespace {

using Rows = std::vector<std::vector<std::string>>;
// Counts by the end of their bucket.
using Buckets = std::map<std::uint64_t, std::uint64_t>;

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999};
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

std::string Duration(std::uint64_t ns) {
  if (ns == kNoEnd) return "> 137 s";
  const auto value = static_cast<double>(ns);
  if (ns < 1'000'000) return absl::StrFormat("%.1f us", value / 1e3);
  if (ns < 1'000'000'000) return absl::StrFormat("%.1f ms", value / 1e6);
  return absl::StrFormat("%.1f s", value / 1e9);
}

std::string LargestBelow(std::uint64_t end) {
  return end == kNoEnd ? "> 2097151" : std::to_string(end - 1);
}

std::uint64_t Quantile(const Buckets& buckets, std::uint64_t total, double quantile) {
  const auto rank = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total)));
  std::uint64_t below = 0;
  for (const auto& [end, count] : buckets) {
    below += count;
    if (below >= rank) return end;
  }
  return buckets.rbegin()->first;
}

// Adds a row for each histogram that has samples.
void AddRows(const std::map<std::string, Buckets>& histograms, std::string (*format)(std::uint64_t),
             Rows* rows) {
  for (const auto& [name, buckets] : histograms) {
    std::uint64_t total = 0;
    for (const auto& bucket : buckets) total += bucket.second;
    std::vector<std::string> row = {name, std::to_string(total)};
    for (const double quantile : kQuantiles) {
      row.push_back(format(Quantile(buckets, total, quantile)));
    }
    row.push_back(format(buckets.rbegin()->first));
    rows->push_back(row);
  }
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
  Rows rows = {{"TIMING", "SAMPLES", "P50", "P90", "P99", "P99.9", "MAX"}};
  AddRows(timings, Duration, &rows);
  return rows;
}

std::vector<std::vector<std::string>> SizeRows(const admin::v1::Stats& stats) {
  std::map<std::string, Buckets> sizes;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    for (const auto& [name, histogram] : reactor.sizes()) {
      for (const admin::v1::SizeHistogram::Bucket& bucket : histogram.buckets()) {
        sizes[name][bucket.end()] += bucket.count();
      }
    }
  }
  Rows rows = {{"SIZE", "SAMPLES", "P50", "P90", "P99", "P99.9", "MAX"}};
  AddRows(sizes, LargestBelow, &rows);
  return rows;
}

}  // namespace weir
