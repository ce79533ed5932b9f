#include "weir/reactor/loop/timer_wheel.h"

#include <algorithm>

namespace weir {
namespace {

void Unlink(Timer* timer) noexcept {
  timer->previous->next = timer->next;
  timer->next->previous = timer->previous;
  timer->next = nullptr;
  timer->previous = nullptr;
}

void Append(Timer* head, Timer* timer) noexcept {
  timer->previous = head->previous;
  timer->next = head;
  head->previous->next = timer;
  head->previous = timer;
}

}  // namespace

TimerWheel::TimerWheel(std::int64_t now_ms) noexcept : tick_(now_ms / kSlotMs) {
  for (Timer& head : heads_) head.next = head.previous = &head;
}

void TimerWheel::Schedule(Timer* timer, std::int64_t deadline_ms) noexcept {
  Cancel(timer);
  timer->deadline_ms = deadline_ms;
  Link(timer);
}

void TimerWheel::Link(Timer* timer) noexcept {
  // Rounded up, so that the slot has passed only when the deadline has.
  const std::int64_t due = (timer->deadline_ms + kSlotMs - 1) / kSlotMs;
  const std::int64_t last = tick_ + static_cast<std::int64_t>(kSlots) - 1;
  const std::size_t slot = SlotOf(std::clamp(due, tick_, last));
  Append(&heads_[slot], timer);
  used_[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void TimerWheel::Cancel(Timer* timer) noexcept {
  if (timer->linked()) Unlink(timer);
}

Timer* TimerWheel::PopFrom(std::size_t slot, std::int64_t now_ms) noexcept {
  Timer* const head = &heads_[slot];
  while (head->next != head) {
    Timer* const timer = head->next;
    Unlink(timer);
    if (timer->deadline_ms <= now_ms) return timer;
    Link(timer);  // was beyond the span when it was linked: goes to a later slot
  }
  return nullptr;
}

Timer* TimerWheel::PopExpired(std::int64_t now_ms) noexcept {
  const std::int64_t now_tick = now_ms / kSlotMs;
  // After a long pause every slot is due, but each only once.
  tick_ = std::max(tick_, now_tick - static_cast<std::int64_t>(kSlots) + 1);
  while (tick_ <= now_tick) {
    const std::size_t slot = SlotOf(tick_);
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if ((used_[slot / 64] & bit) != 0) {
      if (Timer* timer = PopFrom(slot, now_ms)) return timer;
      if (heads_[slot].next == &heads_[slot]) used_[slot / 64] &= ~bit;
    }
    if (tick_ == now_tick) return nullptr;  // its deadlines may lie later within the slot
    ++tick_;
  }
  return nullptr;
}

std::int64_t TimerWheel::MsToNext(std::int64_t now_ms) const noexcept {
  for (std::size_t step = 0; step < kSlots;) {
    const std::size_t slot = SlotOf(tick_ + static_cast<std::int64_t>(step));
    const std::uint64_t rest = used_[slot / 64] >> (slot % 64);
    if (rest == 0) {
      step += 64 - slot % 64;
      continue;
    }
    step += static_cast<std::size_t>(__builtin_ctzll(rest));
    const std::int64_t due_ms = (tick_ + static_cast<std::int64_t>(step)) * kSlotMs;
    return std::max<std::int64_t>(1, due_ms - now_ms);
  }
  return -1;
}

}  // namespace weir
