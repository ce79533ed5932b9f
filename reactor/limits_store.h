// Versioned, immutable snapshots of the limits.

#ifndef WEIR_REACTOR_LIMITS_STORE_H_
#define WEIR_REACTOR_LIMITS_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/reactor/limits.h"

namespace weir {

// One set of limits with the version that names it. Versions count from 1 without gaps.
struct LimitsSnapshot {
  std::uint64_t version = 0;
  Limits limits;
};

// Holds the current limits. Any thread may call any method. Readers on the request path look at
// version() alone (one atomic load) and take the snapshot when it has moved.
class LimitsStore {
 public:
  using Edit = std::function<void(Limits* limits)>;

  // `initial` becomes version 1. REQUIRES: CheckLimits(initial) is OK.
  explicit LimitsStore(const Limits& initial);

  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  std::shared_ptr<const LimitsSnapshot> current() const;

  // Applies `edit` to a copy of the current limits and publishes it as the next version, all or
  // nothing: with any value out of range it returns INVALID_ARGUMENT and nothing changes. When
  // `expected_version` is not 0 and not the current one: ABORTED. With `validate_only` it checks,
  // and returns the snapshot that would be, without publishing it. An edit that changes nothing
  // returns the current snapshot.
  absl::StatusOr<std::shared_ptr<const LimitsSnapshot>> Update(const Edit& edit,
                                                               std::uint64_t expected_version = 0,
                                                               bool validate_only = false);

  // `wake` runs after each publication, in the thread of Update, outside the store's lock. It must
  // not call Update. The server registers its reactors here.
  void OnPublish(std::function<void()> wake);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const LimitsSnapshot> current_;  // guarded by mutex_
  std::vector<std::function<void()>> wakes_;       // guarded by mutex_
  std::atomic<std::uint64_t> version_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LIMITS_STORE_H_
