#include "weir/reactor/loop/counters.h"

#include <cstddef>

namespace weir {
namespace {

template <std::size_t kSize>
void CopyCells(const std::array<CounterCell, kSize>& cells,
               std::array<std::uint64_t, kSize>* values) noexcept {
  for (std::size_t i = 0; i < kSize; ++i) (*values)[i] = cells[i].Get();
}

}  // namespace

void HistogramCells::CopyTo(HistogramCounts* counts) const noexcept {
  CopyCells(buckets_, &counts->buckets);
  counts->sum_ns = sum_ns_.Get();
}

void SizeCells::CopyTo(SizeCounts* counts) const noexcept {
  CopyCells(buckets_, &counts->buckets);
  counts->sum = sum_.Get();
}

void ReactorCounters::CopyTo(ReactorCounts* stats) const noexcept {
  const std::uint64_t active = connections_active.Get();
  const std::uint64_t occupied = connections_busy.Get();
  stats->applied_limits_version = applied_limits_version.Get();
  stats->connections_active = active;
  // The two are read at different moments, so the difference is held to what makes sense.
  stats->connections_idle = active > occupied ? active - occupied : 0;
  stats->responses_pending = responses_pending.Get();
  stats->buffered_bytes = buffered_bytes.Get();
  CopyCells(counters_, &stats->counters);
  CopyCells(refused_, &stats->connections_refused);
  CopyCells(closed_, &stats->connections_closed);
  CopyCells(parse_errors_, &stats->parse_errors);
  CopyCells(proxy_errors_, &stats->proxy_errors);
  stats->last_proxy_error = static_cast<ProxyError>(last_proxy_error_.Get() & 0xff);
  stats->last_proxy_error_offset = last_proxy_error_.Get() >> 8;
}

void ReactorCounters::CopyHistogramsTo(ReactorStats* stats) const noexcept {
  for (std::size_t i = 0; i < kTimingCount; ++i) timings_[i].CopyTo(&stats->timings[i]);
  for (std::size_t i = 0; i < kSizeCount; ++i) sizes_[i].CopyTo(&stats->sizes[i]);
  shadows.CopyTo(&stats->shadows);
}

}  // namespace weir
