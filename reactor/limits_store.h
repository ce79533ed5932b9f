// Versioned, immutable snapshots of the limits.

#ifndef WEIR_REACTOR_LIMITS_STORE_H_
#define WEIR_REACTOR_LIMITS_STORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/reactor/limit_layers.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/loop/clock.h"
#include "weir/reactor/shadow_limits.h"

namespace weir {

// One set of limits with the version that names it. Versions count from 1 without gaps.
struct LimitsSnapshot {
  std::uint64_t version = 0;
  Limits limits;       // of the server: what layers.Merge() gives
  LimitLayers layers;  // where each value comes from
  ShadowLimits shadows() const noexcept { return ShadowsOf(layers); }
};

// One limit to change in a layer.
struct LimitChange {
  const LimitSpec* spec = nullptr;
  std::optional<std::uint64_t> value;  // none: take it out, so that the layer below decides
  std::string listener = {};           // LayerValue::listener
};

// A change of one layer.
struct LimitsUpdate {
  LimitLayer layer = LimitLayer::kOperator;
  std::vector<LimitChange> changes;
  bool replace_layer = false;          // take out all that `changes` does not name
  std::uint64_t ttl_ms = 0;            // how long the values hold before they revert; 0: for good
  std::uint64_t expected_version = 0;  // if not 0: only if this is the present version
  bool validate_only = false;  // change nothing: give what would be, with the version that it
                               // was checked by
  std::string author;          // who wants it, for the history
  std::string reason;          // why, for the history
};

// What brought a version about.
struct LimitsRevision {
  std::uint64_t version = 0;
  std::int64_t wall_seconds = 0;  // CLOCK_REALTIME of the change
  std::string author;             // "" for the start and for what expired
  std::string reason;
  std::shared_ptr<const LimitsSnapshot> snapshot;  // the limits from then on
};

// Holds the current limits and their last kMaxRevisions versions. Any thread may call any method.
// Readers on the request path look at version() alone (one atomic load) and take the snapshot when
// it has moved.
class LimitsStore {
 public:
  using Edit = std::function<void(Limits* limits)>;

  static constexpr std::size_t kMaxRevisions = 64;

  // `initial` becomes version 1: what differs from the defaults is LimitLayer::kCode. `clock` is
  // not owned. REQUIRES: CheckLimits(initial) is OK.
  explicit LimitsStore(const Limits& initial, Clock* clock = Clock::System());

  // Limits can be set for the listener `name` from then on; what it has of its own from the start
  // is LimitLayer::kCode's, of the present version. REQUIRES: the values are in their ranges, and
  // nobody has taken the present snapshot. A Server does it for each of its listeners.
  void AddListener(const std::string& name, const std::vector<LimitChange>& own);

  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  std::shared_ptr<const LimitsSnapshot> current() const;

  // Makes the change and publishes it as the next version, all or nothing: INVALID_ARGUMENT names
  // every value that is out of range, whichever layer it is for, a change of kBuiltIn, a limit of
  // kShadow that can have no shadow, and of what is for a listener a name that none has, a limit
  // that is the server's alone and a shadow; ABORTED when `expected_version` is not the present
  // one. A change of nothing returns the current snapshot, but to set listen_backlog is a change
  // whatever it was: the listeners then ask the host again.
  absl::StatusOr<std::shared_ptr<const LimitsSnapshot>> Apply(const LimitsUpdate& update);

  // Sets what `edit` changes of the current limits in LimitLayer::kCode, under the same rules.
  // Where a higher layer sets the same limit that one still decides.
  absl::StatusOr<std::shared_ptr<const LimitsSnapshot>> Update(const Edit& edit,
                                                               std::uint64_t expected_version = 0,
                                                               bool validate_only = false);

  // Puts every layer back to what it was in `version`, less what has expired meanwhile, and
  // publishes that as a new version. NOT_FOUND for a version that History() does not have; the
  // other members of `update` than `changes`, `layer`, `replace_layer` and `ttl_ms` count.
  absl::StatusOr<std::shared_ptr<const LimitsSnapshot>> RollBack(std::uint64_t version,
                                                                 const LimitsUpdate& update);

  // Reverts the values whose time is over. To be called often enough: a Server does, while it
  // serves. Whether there were any.
  bool Expire();

  // The last versions, oldest first, the present one last.
  std::vector<LimitsRevision> History() const;

  // Those of them that are newer than `version`.
  std::vector<LimitsRevision> HistorySince(std::uint64_t version) const;

  // `wake` runs after each publication, in the thread that published, outside the store's lock. It
  // must not change the limits. The server registers its reactors here.
  void OnPublish(std::function<void()> wake);

 private:
  using Snapshot = std::shared_ptr<const LimitsSnapshot>;
  using EditLayers = std::function<absl::Status(LimitLayers* layers)>;

  // Changes the layers by `edit`, as `update` says.
  absl::StatusOr<Snapshot> Publish(const LimitsUpdate& update, const EditLayers& edit);
  void Remember(const LimitsUpdate& update);
  absl::Status CheckListeners(const LimitsUpdate& update) const;

  Clock* const clock_;
  mutable std::mutex mutex_;
  std::vector<std::string> listeners_;        // guarded by mutex_
  Snapshot current_;                          // guarded by mutex_
  std::deque<LimitsRevision> history_;        // guarded by mutex_
  std::vector<std::function<void()>> wakes_;  // guarded by mutex_
  std::atomic<std::uint64_t> version_;
  std::atomic<std::int64_t> next_expiry_ms_{LayerValue::kNever};
};

}  // namespace weir

#endif  // WEIR_REACTOR_LIMITS_STORE_H_
