// At how many connections a second a server accepts.

#ifndef WEIR_REACTOR_LOOP_ACCEPT_RATE_H_
#define WEIR_REACTOR_LOOP_ACCEPT_RATE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace weir {

// One token bucket for all reactors of a server: it holds what comes in kBurstNs, and at least one.
// It is kept as the time at which it will be full again (the generic cell rate algorithm, ITU-T
// I.371), so that one atomic number is all of it. Times are CLOCK_MONOTONIC in ns. Any thread.
class AcceptRate {
 public:
  static constexpr std::int64_t kBurstNs = 100'000'000;

  // Takes up to `wanted` tokens; gives how many.
  std::uint64_t Take(std::uint64_t wanted, std::uint64_t per_second, std::int64_t now_ns) noexcept {
    const std::int64_t each_ns = EachNs(per_second);
    std::int64_t full_ns = full_at_ns_.load(std::memory_order_relaxed);
    while (true) {
      const std::int64_t from_ns = std::max(full_ns, now_ns);
      const std::int64_t room_ns = now_ns + Depth(each_ns) - from_ns;
      const auto there = static_cast<std::uint64_t>(std::max<std::int64_t>(room_ns, 0) / each_ns);
      const std::uint64_t taken = std::min(wanted, there);
      if (taken == 0) return 0;
      const std::int64_t next_ns = from_ns + static_cast<std::int64_t>(taken) * each_ns;
      if (full_at_ns_.compare_exchange_weak(full_ns, next_ns, std::memory_order_relaxed)) {
        return taken;
      }
    }
  }
  // Puts back what Take gave and was not used.
  void PutBack(std::uint64_t tokens, std::uint64_t per_second) noexcept {
    full_at_ns_.fetch_sub(static_cast<std::int64_t>(tokens) * EachNs(per_second),
                          std::memory_order_relaxed);
  }
  // When there will be a token, as far as it is known now.
  std::int64_t NextNs(std::uint64_t per_second) const noexcept {
    const std::int64_t each_ns = EachNs(per_second);
    return full_at_ns_.load(std::memory_order_relaxed) + each_ns - Depth(each_ns);
  }

 private:
  static std::int64_t EachNs(std::uint64_t per_second) noexcept {
    return std::max<std::int64_t>(1'000'000'000 / static_cast<std::int64_t>(per_second), 1);
  }
  static std::int64_t Depth(std::int64_t each_ns) noexcept { return std::max(kBurstNs, each_ns); }

  std::atomic<std::int64_t> full_at_ns_{std::numeric_limits<std::int64_t>::min() / 2};
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ACCEPT_RATE_H_
