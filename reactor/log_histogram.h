// A histogram of durations whose buckets grow with the value.

#ifndef WEIR_REACTOR_LOG_HISTOGRAM_H_
#define WEIR_REACTOR_LOG_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace weir {

// The buckets, the same in every histogram: one below 1.024 us; eight of equal width in each
// power of two from 2^10 ns to 2^37 ns (137 s), so that a bucket is at most 12.5 % wide; and one
// for what is longer.
struct LogBuckets {
  static constexpr unsigned kFirstExponent = 10;
  static constexpr unsigned kEndExponent = 37;
  static constexpr unsigned kSubBits = 3;
  static constexpr std::size_t kCount = ((kEndExponent - kFirstExponent) << kSubBits) + 2;

  // The bucket of a value in ns.
  static std::size_t Index(std::uint64_t ns) noexcept {
    if (ns < std::uint64_t{1} << kFirstExponent) return 0;
    const auto exponent = static_cast<unsigned>(63 - __builtin_clzll(ns));
    if (exponent >= kEndExponent) return kCount - 1;
    const std::uint64_t sub = ns >> (exponent - kSubBits) & ((1U << kSubBits) - 1);
    return 1 + ((exponent - kFirstExponent) << kSubBits) + static_cast<std::size_t>(sub);
  }

  // The first value above the bucket; the largest there is for the last one.
  static std::uint64_t EndNs(std::size_t index) noexcept {
    if (index >= kCount - 1) return std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t exponent = kFirstExponent + (index == 0 ? 0 : (index - 1) >> kSubBits);
    const std::uint64_t sub = index == 0 ? 0 : 1 + ((index - 1) & ((1U << kSubBits) - 1));
    return ((std::uint64_t{1} << kSubBits) + sub) << (exponent - kSubBits);
  }
};

// Exact counts, as a plain value: sums of several are those of all their samples together.
struct HistogramCounts {
  std::array<std::uint64_t, LogBuckets::kCount> buckets{};
  std::uint64_t sum_ns = 0;

  std::uint64_t count() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t bucket : buckets) sum += bucket;
    return sum;
  }

  void Merge(const HistogramCounts& other) noexcept {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    sum_ns += other.sum_ns;
  }
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOG_HISTOGRAM_H_
