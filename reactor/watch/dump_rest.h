// How long to leave half-open connections uncounted while there are none.

#ifndef WEIR_REACTOR_WATCH_DUMP_REST_H_
#define WEIR_REACTOR_WATCH_DUMP_REST_H_

#include <cstdint>

namespace weir {

// The kernel looks for them in the table of all connections, which takes milliseconds however few
// there are: while the last count was 0, counting takes at most 0.1 % of one CPU. One thread; times
// are of one clock, in nanoseconds.
class DumpRest {
 public:
  bool IsDue(std::int64_t now_ns) const noexcept { return now_ns >= due_ns_; }

  // A count that took so long has come to `half_open`.
  void Counted(std::int64_t now_ns, std::int64_t took_ns, std::uint64_t half_open) noexcept {
    due_ns_ = half_open == 0 ? now_ns + took_ns * kRestPerCount : 0;
  }

 private:
  static constexpr std::int64_t kRestPerCount = 1000;

  std::int64_t due_ns_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_DUMP_REST_H_
