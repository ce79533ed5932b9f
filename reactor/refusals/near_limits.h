// Which limits the requests come close to, before they are refused.

#ifndef WEIR_REACTOR_REFUSALS_NEAR_LIMITS_H_
#define WEIR_REACTOR_REFUSALS_NEAR_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/reactor/limit_specs.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// A limit that 1 of 1000 requests comes near, or more of them.
struct NearLimit {
  const LimitSpec* limit = nullptr;
  std::uint64_t value = 0;    // of the limit, as it acts
  std::uint64_t size = 0;     // 999 of 1000 are no larger: the p99.9, by SizeCounts::AtMost
  std::uint64_t samples = 0;  // that this was seen by
  std::string text;           // "p99.9 of heads is at 92 % of max_head_bytes: ..."
  std::string fix;            // what to do before requests are refused

  std::uint64_t percent() const noexcept { return size * 100 / value; }
};

// Fewer samples than these say nothing.
inline constexpr std::uint64_t kLeastSamplesOfSizes = 100;
// From how much of a limit on it is near.
inline constexpr std::uint64_t kNearPercent = 80;

// Of all reactors together.
SizesOfHeads SumOfSizes(const std::vector<ReactorStats>& reactors) noexcept;

// The limits that are near, in the order of Size. Any thread.
std::vector<NearLimit> FindNearLimits(const SizesOfHeads& sizes, const Limits& limits);

}  // namespace weir

#endif  // WEIR_REACTOR_REFUSALS_NEAR_LIMITS_H_
