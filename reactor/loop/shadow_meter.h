// Counts what shadow limits would have refused in one reactor.

#ifndef WEIR_REACTOR_LOOP_SHADOW_METER_H_
#define WEIR_REACTOR_LOOP_SHADOW_METER_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "weir/reactor/server_stats.h"
#include "weir/reactor/shadow_limits.h"

namespace weir {

// The reactor adopts and judges; any thread copies. The counts of a limit are of one value of it:
// they begin anew with another.
class ShadowMeter {
 public:
  void Adopt(const ShadowLimits& limits, std::uint64_t version) noexcept;

  // Whether a head is to be judged at all: nothing is measured for want of a shadow.
  bool judges_heads() const noexcept { return judges_heads_; }
  // A request of that size is let pass. Without effect where there is no shadow of that limit.
  void Judge(ShadowOf shadow, std::uint64_t size) noexcept {
    const auto i = static_cast<std::size_t>(shadow);
    if (!limits_[i]) return;
    Add(&cells_[i].judged);
    if (size > *limits_[i]) Add(&cells_[i].refused);
  }

  // All or nothing of each: what is changed at the very moment is told as not set.
  void CopyTo(std::array<ShadowCount, kShadowCount>* counts) const noexcept;

 private:
  using Cell = std::atomic<std::uint64_t>;
  struct Cells {
    Cell since_version{0};  // 0: not set
    Cell value{0};
    Cell judged{0};
    Cell refused{0};
  };

  // One writer: no locked instruction.
  static void Add(Cell* cell) noexcept {
    cell->store(cell->load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  ShadowLimits limits_;  // the reactor's own
  bool judges_heads_ = false;
  std::array<Cells, kShadowCount> cells_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_SHADOW_METER_H_
