// Deadlines of many connections, at the cost of a list link each.

#ifndef WEIR_REACTOR_LOOP_TIMER_WHEEL_H_
#define WEIR_REACTOR_LOOP_TIMER_WHEEL_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir {

// A node of the wheel, embedded in what it times. Neither copied nor moved while linked.
struct Timer {
  Timer* next = nullptr;
  Timer* previous = nullptr;
  std::int64_t deadline_ms = 0;
  std::uint32_t owner = 0;  // for the wheel's user: whose deadline it is

  bool linked() const noexcept { return next != nullptr; }
};

// A hashed wheel of kSlots slots of kSlotMs each. A deadline beyond its span waits in the last slot
// and is linked again from there. The caller advances it, so a fake clock costs nothing; it fires
// never early and at most kSlotMs late. Times are milliseconds of any clock that does not go back.
// One thread.
class TimerWheel {
 public:
  static constexpr std::int64_t kSlotMs = 8;
  static constexpr std::size_t kSlots = 2048;

  explicit TimerWheel(std::int64_t now_ms) noexcept;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Links `timer`, or moves it, to fire at `deadline_ms`; a past one fires at the next Advance. The
  // timer is not owned and must be cancelled before it is destroyed.
  void Schedule(Timer* timer, std::int64_t deadline_ms) noexcept;

  // Unlinks it; nothing happens if it is not linked.
  void Cancel(Timer* timer) noexcept;

  // Takes one expired timer off the wheel, or returns null when none is left at `now_ms`. Call it
  // until it returns null; between the calls timers may be scheduled and cancelled.
  Timer* PopExpired(std::int64_t now_ms) noexcept;

  // Until the first slot with a timer in it has passed, at least 1; -1 if there is no timer.
  std::int64_t MsToNext(std::int64_t now_ms) const noexcept;

 private:
  static std::size_t SlotOf(std::int64_t tick) noexcept {
    return static_cast<std::size_t>(tick) % kSlots;
  }
  void Link(Timer* timer) noexcept;
  Timer* PopFrom(std::size_t slot, std::int64_t now_ms) noexcept;

  std::array<Timer, kSlots> heads_;                // sentinels of circular lists
  std::array<std::uint64_t, kSlots / 64> used_{};  // a bit for each slot that may not be empty
  std::int64_t tick_;                              // the first slot that has not been passed
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_TIMER_WHEEL_H_
