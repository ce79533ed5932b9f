#include "weir/reactor/loop/clock.h"

#include <time.h>

namespace weir {
namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t MonotonicNs() override { return Read(CLOCK_MONOTONIC); }
  std::int64_t WallNs() override { return Read(CLOCK_REALTIME); }
  std::int64_t WallSeconds() override {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec;
  }

 private:
  static std::int64_t Read(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
};

}  // namespace

Clock* Clock::System() {
  static auto* const clock = new SystemClock;  // outlives statics that tell the time when they end
  return clock;
}

}  // namespace weir
