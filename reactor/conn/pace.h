// How fast a client sends content and takes answers, against the least rates that are allowed.

#ifndef WEIR_REACTOR_CONN_PACE_H_
#define WEIR_REACTOR_CONN_PACE_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace weir {

// A rate that a transfer must keep, as an average since it began, once `grace_ms` have passed.
struct LeastRate {
  std::uint64_t bytes_per_second = 0;  // 0: any will do
  std::uint64_t grace_ms = 0;
};

// When a transfer that began at `begun_ms` and has moved `bytes` will be below the rate if nothing
// more comes: there is nothing to look at before. The largest value if it never will.
constexpr std::int64_t TooSlowAtMs(std::int64_t begun_ms, std::uint64_t bytes,
                                   const LeastRate& rate) noexcept {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 62;
  constexpr std::uint64_t kMsPerSecond = 1000;
  const bool far = bytes > kFar / kMsPerSecond;
  if (rate.bytes_per_second == 0 || far) return std::numeric_limits<std::int64_t>::max();
  const std::uint64_t enough_ms = bytes * kMsPerSecond / rate.bytes_per_second;
  return begun_ms + static_cast<std::int64_t>(std::max(rate.grace_ms, enough_ms + 1));
}

// Of the content of one request. Only the time in which it was waited for counts: a handler that
// pauses its reader does not use up the client's.
struct ContentPace {
  std::uint64_t received = 0;    // bytes behind the head, those of later requests included
  std::int64_t waited_ms = 0;    // until the present wait began
  std::int64_t begun_ms = 0;     // of the present wait, less what was waited before
  std::int64_t deadline_ms = 0;  // of the present wait, for the whole content

  void BeginWait(std::int64_t now_ms, std::uint64_t timeout_ms) noexcept {
    begun_ms = now_ms - waited_ms;
    deadline_ms = begun_ms + static_cast<std::int64_t>(timeout_ms);
  }
  void EndWait(std::int64_t now_ms) noexcept { waited_ms = now_ms - begun_ms; }
};

// Of output that waits for its client. What the kernel takes from us says little: it takes much at
// once and then nothing for long while a client reads slowly, so what it holds counts too (the
// SIOCOUTQ of tcp(7): bytes that were not acknowledged).
class ReaderPace {
 public:
  // `held`: bytes that the kernel holds now; none if it does not tell.
  void Begin(std::int64_t now_ms, std::optional<std::uint64_t> held) noexcept {
    *this = ReaderPace();
    begun_ms_ = now_ms;
    held_at_begin_ = held;
  }
  // The kernel took so many more.
  void OnSent(std::uint64_t bytes) noexcept { sent_ += bytes; }
  // What the client has taken since the beginning; what the kernel has, where that does not tell.
  std::uint64_t Taken(std::optional<std::uint64_t> held) const noexcept {
    if (!held_at_begin_.has_value()) return sent_;
    const std::uint64_t all = *held_at_begin_ + sent_;
    return all - std::min(all, held.value_or(*held_at_begin_));
  }
  // Whether that is more than at the last such question.
  bool Moved(std::uint64_t taken) noexcept {
    const bool moved = taken > asked_;
    asked_ = taken;
    return moved;
  }
  std::int64_t begun_ms() const noexcept { return begun_ms_; }

  std::int64_t stalled_at_ms = 0;   // unless the client takes some before
  std::int64_t too_slow_at_ms = 0;  // the same of its rate

 private:
  std::int64_t begun_ms_ = 0;
  std::optional<std::uint64_t> held_at_begin_;
  std::uint64_t sent_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_PACE_H_
