// A histogram of sizes, exact where they are small and within a sixteenth above.

#ifndef WEIR_REACTOR_SIZE_HISTOGRAM_H_
#define WEIR_REACTOR_SIZE_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace weir {

// The buckets, the same in every histogram: one for each size below 16; sixteen of equal width in
// each power of two up to 2^21, which is above what any limit of a head allows; and one for what is
// larger.
struct SizeBuckets {
  static constexpr unsigned kSubBits = 4;
  static constexpr unsigned kEndExponent = 21;
  static constexpr std::size_t kCount = ((kEndExponent - kSubBits + 1) << kSubBits) + 1;

  static std::size_t Index(std::uint64_t size) noexcept {
    if (size < std::uint64_t{1} << kSubBits) return static_cast<std::size_t>(size);
    const auto exponent = static_cast<unsigned>(63 - __builtin_clzll(size));
    if (exponent >= kEndExponent) return kCount - 1;
    // Between 16 and 31: the leading bits.
    const std::uint64_t leading = size >> (exponent - kSubBits);
    return ((exponent - kSubBits) << kSubBits) + static_cast<std::size_t>(leading);
  }

  // The first size above the bucket; the largest number there is for the last one.
  static std::uint64_t End(std::size_t index) noexcept {
    if (index >= kCount - 1) return std::numeric_limits<std::uint64_t>::max();
    if (index < std::size_t{1} << kSubBits) return index + 1;
    const std::uint64_t shift = (index >> kSubBits) - 1;
    const std::uint64_t leading = (std::uint64_t{1} << kSubBits) + (index & ((1U << kSubBits) - 1));
    return (leading + 1) << shift;
  }
};

// Exact counts, as a plain value: sums of several are those of all their samples together.
struct SizeCounts {
  std::array<std::uint64_t, SizeBuckets::kCount> buckets{};
  std::uint64_t sum = 0;

  std::uint64_t count() const noexcept {
    std::uint64_t total = 0;
    for (const std::uint64_t bucket : buckets) total += bucket;
    return total;
  }

  void Merge(const SizeCounts& other) noexcept {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    sum += other.sum;
  }

  // What was counted since `before`, which is this histogram at an earlier time.
  SizeCounts Since(const SizeCounts& before) const noexcept {
    SizeCounts counts = *this;
    for (std::size_t i = 0; i < buckets.size(); ++i) counts.buckets[i] -= before.buckets[i];
    counts.sum -= before.sum;
    return counts;
  }

  // A size that so many of a thousand samples do not exceed: the largest of the bucket that the
  // percentile falls into. 0 if there are no samples.
  std::uint64_t AtMost(std::uint64_t permille) const noexcept {
    const std::uint64_t total = count();
    const std::uint64_t rank = total / 1000 * permille + (total % 1000 * permille + 999) / 1000;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      below += buckets[i];
      if (below >= rank && below > 0) return SizeBuckets::End(i) - 1;
    }
    return 0;
  }
};

}  // namespace weir

#endif  // WEIR_REACTOR_SIZE_HISTOGRAM_H_
