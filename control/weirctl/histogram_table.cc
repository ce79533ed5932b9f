#include "weir/control/weirctl/histogram_table.h"

#include <cstdint>
#include <limits>
#include <map>

#include "weir/control/weirctl/quantiles.h"

namespace weir {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999};

std::string LargestBelow(std::uint64_t end) {
  return end == std::numeric_limits<std::uint64_t>::max() ? "> 2097151" : std::to_string(end - 1);
}

// Adds a row for each histogram that has samples.
void AddRows(const std::map<std::string, Buckets>& histograms, std::string (*format)(std::uint64_t),
             Rows* rows) {
  for (const auto& [name, buckets] : histograms) {
    std::vector<std::string> row = {name, std::to_string(CountOf(buckets))};
    for (const double quantile : kQuantiles) row.push_back(format(Quantile(buckets, quantile)));
    row.push_back(format(buckets.rbegin()->first));
    rows->push_back(row);
  }
}

}  // namespace

std::vector<std::vector<std::string>> TimingRows(const admin::v1::Stats& stats) {
  std::map<std::string, Buckets> timings;
  for (const admin::v1::ReactorStats& reactor : stats.reactors()) {
    for (const auto& [name, histogram] : reactor.timings()) {
      if (!histogram.buckets().empty()) AddTo(histogram, &timings[name]);
    }
  }
  Rows rows = {{"TIMING", "SAMPLES", "P50", "P90", "P99", "P99.9", "MAX"}};
  AddRows(timings, DurationText, &rows);
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
