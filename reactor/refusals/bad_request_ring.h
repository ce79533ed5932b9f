// The last requests that a reactor refused.

#ifndef WEIR_REACTOR_REFUSALS_BAD_REQUEST_RING_H_
#define WEIR_REACTOR_REFUSALS_BAD_REQUEST_RING_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "weir/reactor/refusals/bad_request.h"

namespace weir {

// One thread adds, any thread reads. The one that adds never waits: while a reader copies, a record
// is left out, and told as such.
class BadRequestRing {
 public:
  static constexpr std::size_t kCapacity = 64;

  // Whether another may be recorded in this second: at most `per_second` are, so that a flood costs
  // no more than its answers. For the thread that adds.
  bool Admits(std::int64_t now_ms, std::uint64_t per_second) noexcept;

  // Numbers it and keeps it, in the place of the oldest if there are kCapacity. False: a reader was
  // at work, and it is left out. For the thread that adds.
  bool Add(BadRequest request);

  // Oldest first.
  std::vector<BadRequest> Copy() const;

 private:
  std::int64_t second_ = -1;
  std::uint64_t in_second_ = 0;

  mutable std::mutex mutex_;
  std::vector<BadRequest> records_;  // guarded by mutex_; a ring once it is full
  std::uint64_t added_ = 0;          // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_REFUSALS_BAD_REQUEST_RING_H_
