// A clock that tests move by hand.

#ifndef WEIR_REACTOR_TESTING_FAKE_CLOCK_H_
#define WEIR_REACTOR_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "weir/reactor/loop/clock.h"

namespace weir::test {

// Stands still between calls of Advance. Any thread.
class FakeClock final : public Clock {
 public:
  std::int64_t MonotonicNs() override {
    reads_.fetch_add(1);
    return monotonic_ns_.load();
  }
  std::int64_t WallNs() override { return kEpoch * 1'000'000'000 + monotonic_ns_.load(); }
  std::int64_t WallSeconds() override { return WallNs() / 1'000'000'000; }

  // How often MonotonicNs was called.
  std::uint64_t reads() const { return reads_.load(); }

  void AdvanceMs(std::int64_t ms) { monotonic_ns_.fetch_add(ms * 1'000'000); }

 private:
  // Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110.
  static constexpr std::int64_t kEpoch = 784111777;
  std::atomic<std::int64_t> monotonic_ns_{0};
  std::atomic<std::uint64_t> reads_{0};
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_FAKE_CLOCK_H_
