#include "weir/reactor/limits_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

LimitLayers LayersOf(const Limits& initial) {
  LimitLayers layers;
  for (const LimitSpec& spec : LimitSpecs()) {
    const std::uint64_t value = initial.*spec.member;
    if (value != spec.default_value) layers.Set(LimitLayer::kCode, {&spec, value});
  }
  return layers;
}

// Each value by itself: one that a higher layer hides must not come to light later as a fault.
absl::Status CheckChanges(const std::vector<LimitChange>& changes) {
  std::vector<std::string> faults;
  for (const LimitChange& change : changes) {
    if (!change.value.has_value()) continue;
    std::string fault = LimitFault(*change.spec, *change.value);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

absl::Status CheckShadows(const std::vector<LimitChange>& changes) {
  for (const LimitChange& change : changes) {
    if (FindShadow(*change.spec)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(change.spec->name),
        " can have no shadow, since not every request can be judged by it; these can: ",
        ShadowNames()));
  }
  return absl::OkStatus();
}

std::int64_t ExpiryOf(std::uint64_t ttl_ms, std::int64_t now_ms) {
  const auto most = static_cast<std::uint64_t>(LayerValue::kNever - now_ms);
  if (ttl_ms == 0 || ttl_ms >= most) return LayerValue::kNever;
  return now_ms + static_cast<std::int64_t>(ttl_ms);
}

// Takes all out of the layer that the changes do not name.
void ClearOthers(const LimitsUpdate& update, LimitLayers* layers) {
  const std::vector<LayerValue> values = layers->values(update.layer);
  for (const LayerValue& value : values) {
    const auto names_it = [&value](const LimitChange& change) {
      return change.spec == value.spec && change.listener == value.listener;
    };
    if (std::any_of(update.changes.begin(), update.changes.end(), names_it)) continue;
    layers->Clear(update.layer, *value.spec, value.listener);
  }
}

// A backlog acts as the host allows when it is set: the same one may come to more by now.
bool SetsBacklog(const LimitsUpdate& update) {
  return std::any_of(update.changes.begin(), update.changes.end(), [](const LimitChange& change) {
    return change.spec->member == &Limits::listen_backlog && change.value.has_value();
  });
}

}  // namespace

LimitsStore::LimitsStore(const Limits& initial, Clock* clock) : clock_(clock), version_(1) {
  current_ = std::make_shared<const LimitsSnapshot>(LimitsSnapshot{1, initial, LayersOf(initial)});
  Remember({});
}

void LimitsStore::AddListener(const std::string& name, const std::vector<LimitChange>& own) {
  const std::lock_guard<std::mutex> lock(mutex_);
  listeners_.push_back(name);
  LimitsSnapshot snapshot = *current_;
  for (const LimitChange& it : own) {
    if (!it.value.has_value()) continue;
    snapshot.layers.Set(LimitLayer::kCode, {it.spec, *it.value, LayerValue::kNever, name});
  }
  current_ = std::make_shared<const LimitsSnapshot>(std::move(snapshot));
  history_.back().snapshot = current_;
}

std::shared_ptr<const LimitsSnapshot> LimitsStore::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return current_;
}

absl::StatusOr<LimitsStore::Snapshot> LimitsStore::Apply(const LimitsUpdate& update) {
  if (update.layer == LimitLayer::kBuiltIn) {
    return absl::InvalidArgumentError("the built-in layer has the defaults: it does not change");
  }
  absl::Status status = CheckChanges(update.changes);
  if (update.layer == LimitLayer::kShadow) status.Update(CheckShadows(update.changes));
  status.Update(CheckListeners(update));
  if (!status.ok()) return status;
  const std::int64_t expires_ms = ExpiryOf(update.ttl_ms, clock_->MonotonicNs() / kNsPerMs);
  return Publish(update, [&update, expires_ms](LimitLayers* layers) {
    if (update.replace_layer) ClearOthers(update, layers);
    for (const LimitChange& change : update.changes) {
      if (change.value.has_value()) {
        layers->Set(update.layer, {change.spec, *change.value, expires_ms, change.listener});
      } else {
        layers->Clear(update.layer, *change.spec, change.listener);
      }
    }
    return absl::OkStatus();
  });
}

absl::Status LimitsStore::CheckListeners(const LimitsUpdate& update) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const LimitChange& change : update.changes) {
    if (change.listener.empty()) continue;
    if (update.layer == LimitLayer::kShadow) {
      return absl::InvalidArgumentError("a shadow is of the whole server: name no listener");
    }
    if (std::find(listeners_.begin(), listeners_.end(), change.listener) == listeners_.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no listener is named \"", change.listener,
                                                     "\"; the listeners are ",
                                                     absl::StrJoin(listeners_, ", ")));
    }
    if (!change.spec->per_listener) {
      return absl::InvalidArgumentError(absl::StrCat(
          std::string(change.spec->name),
          " is of the whole server; for one listener can be set: ", PerListenerNames()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LimitsStore::Snapshot> LimitsStore::Update(const Edit& edit,
                                                          std::uint64_t expected_version,
                                                          bool validate_only) {
  LimitsUpdate update;
  update.layer = LimitLayer::kCode;
  update.expected_version = expected_version;
  update.validate_only = validate_only;
  update.author = "code";
  return Publish(update, [&edit](LimitLayers* layers) {
    const Limits before = layers->Merge();
    Limits limits = before;
    edit(&limits);
    if (absl::Status status = CheckLimits(limits); !status.ok()) return status;
    for (const LimitSpec& spec : LimitSpecs()) {
      const std::uint64_t value = limits.*spec.member;
      if (value != before.*spec.member) layers->Set(LimitLayer::kCode, {&spec, value});
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<LimitsStore::Snapshot> LimitsStore::RollBack(std::uint64_t version,
                                                            const LimitsUpdate& update) {
  Snapshot wanted;
  for (const LimitsRevision& revision : History()) {
    if (revision.version == version) wanted = revision.snapshot;
  }
  if (wanted == nullptr) {
    const std::uint64_t newest = this->version();
    const std::uint64_t oldest = newest > kMaxRevisions ? newest - kMaxRevisions + 1 : 1;
    return absl::NotFoundError(absl::StrCat("version ", version, " is not remembered: versions ",
                                            oldest, " to ", newest, " are"));
  }
  const std::int64_t now_ms = clock_->MonotonicNs() / kNsPerMs;
  return Publish(update, [&wanted, now_ms](LimitLayers* layers) {
    *layers = wanted->layers;
    layers->DropExpired(now_ms);
    return absl::OkStatus();
  });
}

bool LimitsStore::Expire() {
  const std::int64_t now_ms = clock_->MonotonicNs() / kNsPerMs;
  if (now_ms < next_expiry_ms_.load(std::memory_order_relaxed)) return false;
  LimitsUpdate update;
  update.reason = "a temporary value ended";
  bool dropped = false;
  (void)Publish(update, [&dropped, now_ms](LimitLayers* layers) {
    dropped = layers->DropExpired(now_ms);
    return absl::OkStatus();
  });
  return dropped;
}

absl::StatusOr<LimitsStore::Snapshot> LimitsStore::Publish(const LimitsUpdate& update,
                                                           const EditLayers& edit) {
  std::vector<std::function<void()>> wakes;
  Snapshot next;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (update.expected_version != 0 && update.expected_version != current_->version) {
      return absl::AbortedError(absl::StrCat("the limits are at version ", current_->version,
                                             ", not ", update.expected_version,
                                             ": read them again, then repeat the change"));
    }
    LimitLayers layers = current_->layers;
    if (absl::Status status = edit(&layers); !status.ok()) return status;
    if (layers == current_->layers && !SetsBacklog(update)) return current_;
    const std::uint64_t version = current_->version + (update.validate_only ? 0 : 1);
    next = std::make_shared<const LimitsSnapshot>(
        LimitsSnapshot{version, layers.Merge(), std::move(layers)});
    if (update.validate_only) return next;
    current_ = next;
    Remember(update);
    version_.store(next->version, std::memory_order_release);
    wakes = wakes_;
  }
  for (const auto& wake : wakes) wake();
  return next;
}

void LimitsStore::Remember(const LimitsUpdate& update) {
  next_expiry_ms_.store(current_->layers.NextExpiryMs(), std::memory_order_relaxed);
  if (history_.size() == kMaxRevisions) history_.pop_front();
  history_.push_back(
      {current_->version, clock_->WallSeconds(), update.author, update.reason, current_});
}

std::vector<LimitsRevision> LimitsStore::History() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {history_.begin(), history_.end()};
}

std::vector<LimitsRevision> LimitsStore::HistorySince(std::uint64_t version) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto first = history_.end();
  while (first != history_.begin() && std::prev(first)->version > version) --first;
  return {first, history_.end()};
}

void LimitsStore::OnPublish(std::function<void()> wake) {
  const std::lock_guard<std::mutex> lock(mutex_);
  wakes_.push_back(std::move(wake));
}

}  // namespace weir
