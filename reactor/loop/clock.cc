#include "weir/reactor/loop/clock.h"

#include <time.h>

namespace weir {
namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t MonotonicNs() override {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
  std::int64_t WallSeconds() override {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec;
  }
};

}  // namespace

Clock* Clock::System() {
  static auto* const clock = new SystemClock;  // outlives statics that tell the time when they end
  return clock;
}

}  // namespace weir
