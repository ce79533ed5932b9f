// What one reactor counts. It alone writes; any thread reads.

#ifndef WEIR_REACTOR_LOOP_COUNTERS_H_
#define WEIR_REACTOR_LOOP_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "weir/reactor/loop/shadow_meter.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// A number with one writer: a relaxed load and store, no locked instruction.
class CounterCell {
 public:
  void Add(std::uint64_t n = 1) noexcept { Set(Get() + n); }
  void Subtract(std::uint64_t n = 1) noexcept { Set(Get() - n); }
  void Set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t Get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A histogram with one writer.
class HistogramCells {
 public:
  // A duration below 0, which only a clock could make, counts as 0.
  void Add(std::int64_t ns) noexcept {
    const auto value = static_cast<std::uint64_t>(ns < 0 ? 0 : ns);
    buckets_[LogBuckets::Index(value)].Add();
    sum_ns_.Add(value);
  }
  void CopyTo(HistogramCounts* counts) const noexcept;

 private:
  std::array<CounterCell, LogBuckets::kCount> buckets_;
  CounterCell sum_ns_;
};

// A histogram of sizes with one writer.
class SizeCells {
 public:
  void Add(std::uint64_t size) noexcept {
    buckets_[SizeBuckets::Index(size)].Add();
    sum_.Add(size);
  }
  void CopyTo(SizeCounts* counts) const noexcept;

 private:
  std::array<CounterCell, SizeBuckets::kCount> buckets_;
  CounterCell sum_;
};

// When a turn of a reactor began, and whether it goes on: one number, so that a reader never has
// the one without the other.
struct Heartbeat {
  std::int64_t began_ns = 0;  // CLOCK_MONOTONIC; of the present or the last turn
  bool busy = false;          // in a turn, not waiting for events
};

// One writer.
class HeartbeatCell {
 public:
  void Set(const Heartbeat& beat) noexcept {
    cell_.Set(static_cast<std::uint64_t>(beat.began_ns) << 1 | (beat.busy ? 1 : 0));
  }
  Heartbeat Get() const noexcept {
    const std::uint64_t value = cell_.Get();
    return {static_cast<std::int64_t>(value >> 1), (value & 1) != 0};
  }

 private:
  CounterCell cell_;
};

// Aligned so that no two reactors' counters share a cache line.
class alignas(64) ReactorCounters {
 public:
  CounterCell& operator[](Counter counter) noexcept {
    return counters_[static_cast<std::size_t>(counter)];
  }
  CounterCell& operator[](RefuseReason reason) noexcept {
    return refused_[static_cast<std::size_t>(reason)];
  }
  CounterCell& operator[](CloseReason reason) noexcept {
    return closed_[static_cast<std::size_t>(reason)];
  }
  CounterCell& operator[](ParseError error) noexcept {
    return parse_errors_[static_cast<std::size_t>(error)];
  }

  HistogramCells& operator[](Timing timing) noexcept {
    return timings_[static_cast<std::size_t>(timing)];
  }
  SizeCells& operator[](Size size) noexcept { return sizes_[static_cast<std::size_t>(size)]; }

  CounterCell connections_active;
  CounterCell connections_busy;  // active and not between requests
  CounterCell responses_pending;
  CounterCell buffered_bytes;
  HeartbeatCell heartbeat;

  ShadowMeter shadows;

  // Others wait for it by reading it again and again: not beside what is written at each request.
  struct alignas(64) Apart : CounterCell {};
  Apart applied_limits_version;

  // Counts a refused PROXY header, and keeps why the last one was.
  void CountProxyError(ProxyError error, std::size_t offset) noexcept {
    proxy_errors_[static_cast<std::size_t>(error)].Add();
    last_proxy_error_.Set(std::uint64_t{offset} << 8 | static_cast<std::uint64_t>(error));
  }

  // Copy what is counted here into `stats`. Any thread.
  void CopyTo(ReactorCounts* stats) const noexcept;
  void CopyHistogramsTo(ReactorStats* stats) const noexcept;

 private:
  std::array<CounterCell, kCounterCount> counters_;
  std::array<CounterCell, kRefuseReasonCount> refused_;
  std::array<CounterCell, kCloseReasonCount> closed_;
  std::array<CounterCell, kParseErrorCount> parse_errors_;
  std::array<CounterCell, kProxyErrorCount> proxy_errors_;
  CounterCell last_proxy_error_;  // its kind in the low byte, its offset above
  std::array<HistogramCells, kTimingCount> timings_;
  std::array<SizeCells, kSizeCount> sizes_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_COUNTERS_H_
