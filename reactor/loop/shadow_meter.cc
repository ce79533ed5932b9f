#include "weir/reactor/loop/shadow_meter.h"

#include <cstddef>

namespace weir {

void ShadowMeter::Adopt(const ShadowLimits& limits, std::uint64_t version) noexcept {
  judges_heads_ = false;
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    if (limits[i] && static_cast<ShadowOf>(i) != ShadowOf::kBodyBytes) judges_heads_ = true;
    if (limits[i] == limits_[i]) continue;
    limits_[i] = limits[i];
    Cells& cells = cells_[i];
    cells.since_version.store(0, std::memory_order_release);
    // Who sees one of these also sees that 0, or what came after it.
    cells.value.store(limits[i].value_or(0), std::memory_order_release);
    cells.judged.store(0, std::memory_order_release);
    cells.refused.store(0, std::memory_order_release);
    if (limits[i]) cells.since_version.store(version, std::memory_order_release);
  }
}

void ShadowMeter::CopyTo(std::array<ShadowCount, kShadowCount>* counts) const noexcept {
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    const Cells& cells = cells_[i];
    ShadowCount count;
    count.since_version = cells.since_version.load(std::memory_order_acquire);
    count.value = cells.value.load(std::memory_order_acquire);
    // In this order, so that never more are told to be refused than judged.
    count.refused = cells.refused.load(std::memory_order_acquire);
    count.judged = cells.judged.load(std::memory_order_acquire);
    if (cells.since_version.load(std::memory_order_acquire) != count.since_version) count = {};
    (*counts)[i] = count.since_version == 0 ? ShadowCount() : count;
  }
}

}  // namespace weir
