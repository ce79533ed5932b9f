#include "weir/reactor/limits_store.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

LimitsStore::LimitsStore(const Limits& initial)
    : current_(std::make_shared<const LimitsSnapshot>(LimitsSnapshot{1, initial})), version_(1) {}

std::shared_ptr<const LimitsSnapshot> LimitsStore::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return current_;
}

absl::StatusOr<std::shared_ptr<const LimitsSnapshot>> LimitsStore::Update(
    const Edit& edit, std::uint64_t expected_version, bool validate_only) {
  std::vector<std::function<void()>> wakes;
  std::shared_ptr<const LimitsSnapshot> next;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (expected_version != 0 && expected_version != current_->version) {
      return absl::AbortedError(absl::StrCat("the limits are at version ", current_->version,
                                             ", not ", expected_version,
                                             ": read them again, then repeat the change"));
    }
    Limits limits = current_->limits;
    edit(&limits);
    if (absl::Status status = CheckLimits(limits); !status.ok()) return status;
    if (limits == current_->limits) return current_;
    next = std::make_shared<const LimitsSnapshot>(LimitsSnapshot{current_->version + 1, limits});
    if (validate_only) return next;
    current_ = next;
    version_.store(next->version, std::memory_order_release);
    wakes = wakes_;
  }
  for (const auto& wake : wakes) wake();
  return next;
}

void LimitsStore::OnPublish(std::function<void()> wake) {
  const std::lock_guard<std::mutex> lock(mutex_);
  wakes_.push_back(std::move(wake));
}

}  // namespace weir
