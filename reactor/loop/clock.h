// The time, behind an interface so that tests move it by hand.

#ifndef WEIR_REACTOR_LOOP_CLOCK_H_
#define WEIR_REACTOR_LOOP_CLOCK_H_

#include <cstdint>

namespace weir {

// Any thread may call it.
class Clock {
 public:
  virtual ~Clock() = default;

  // CLOCK_MONOTONIC, in nanoseconds.
  virtual std::int64_t MonotonicNs() = 0;

  // CLOCK_REALTIME, in nanoseconds since 1970: beside the kernel's stamps. It can be set back.
  virtual std::int64_t WallNs() = 0;

  // CLOCK_REALTIME, in whole seconds since 1970: for the Date field.
  virtual std::int64_t WallSeconds() = 0;

  // The kernel's clocks (clock_gettime(2)). Never destroyed.
  static Clock* System();
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_CLOCK_H_
