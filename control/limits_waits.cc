#include "weir/control/limits_waits.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{1};
constexpr std::chrono::hours kIdle{1};  // with nobody waiting: Await wakes

}  // namespace

LimitsWaits::~LimitsWaits() {
  thread_.Join();
  for (const Waiting& it : waiting_) it.answer();
}

absl::Status LimitsWaits::Start() {
  absl::Status status = thread_.Start([this] { return Look(); }, "weir-answers");
  started_ = status.ok();
  return status;
}

void LimitsWaits::Await(std::uint64_t version, Answer answer) {
  const std::uint64_t inline_ms = started_ ? std::min(kInlineMs, timeout_ms_) : timeout_ms_;
  if (server_->WaitForLimits(version, inline_ms) || inline_ms == timeout_ms_) return answer();
  const auto left = std::chrono::milliseconds(timeout_ms_ - inline_ms);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back({version, Clock::now() + left, std::move(answer)});
  }
  thread_.Wake();
}

bool LimitsWaits::IsOver(const Waiting& it) const {
  return server_->WaitForLimits(it.version, 0) || Clock::now() >= it.deadline;
}

std::chrono::nanoseconds LimitsWaits::Look() {
  std::vector<Waiting> over;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto first_over = std::stable_partition(
        waiting_.begin(), waiting_.end(), [this](const Waiting& it) { return !IsOver(it); });
    std::move(first_over, waiting_.end(), std::back_inserter(over));
    waiting_.erase(first_over, waiting_.end());
  }
  for (const Waiting& it : over) it.answer();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) return kIdle;
  return kBetweenLooks;
}

}  // namespace weir
