// When a reactor is overloaded, told by how long connections wait to be accepted.

#ifndef WEIR_REACTOR_LOOP_SHEDDER_H_
#define WEIR_REACTOR_LOOP_SHEDDER_H_

#include <cstdint>

namespace weir {

// After CoDel (RFC 8289 section 3.2): a queue that is long for a moment absorbs a burst and is
// good; one in which nobody waits less than the target for a whole interval stands, and only makes
// everybody late. From then on what is new is refused, until somebody has waited no longer than the
// target, or nobody waits. CoDel's own law, to drop one and then more and more often, counts on
// senders that slow down for a drop; clients of a server do not, and each refusal costs a fraction
// of an answer, so that the queue is short again in a moment. One thread.
class Shedder {
 public:
  // Who was first in the queue has waited so long; 0 if nobody waits. `target_ns` 0: never
  // overloaded. Times are CLOCK_MONOTONIC.
  void OnWait(std::int64_t wait_ns, std::int64_t now_ns, std::int64_t target_ns,
              std::int64_t interval_ns) noexcept {
    if (target_ns == 0 || wait_ns <= target_ns) {
      above_ = shedding_ = false;
      return;
    }
    if (!above_) since_ns_ = now_ns;
    above_ = true;
    shedding_ = shedding_ || now_ns - since_ns_ >= interval_ns;
  }
  // Nothing is known of the queue any more: begins anew.
  void Forget() noexcept { above_ = shedding_ = false; }

  bool shedding() const noexcept { return shedding_; }

 private:
  bool above_ = false;
  bool shedding_ = false;
  std::int64_t since_ns_ = 0;  // that all have waited longer than the target, while above_
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_SHEDDER_H_
