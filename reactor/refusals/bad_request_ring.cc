#include "weir/reactor/refusals/bad_request_ring.h"

#include <utility>

namespace weir {

bool BadRequestRing::Admits(std::int64_t now_ms, std::uint64_t per_second) noexcept {
  const std::int64_t second = now_ms / 1000;
  if (second != second_) in_second_ = 0;
  second_ = second;
  if (in_second_ >= per_second) return false;
  ++in_second_;
  return true;
}

bool BadRequestRing::Add(BadRequest request) {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  request.sequence = added_ + 1;
  if (records_.size() < kCapacity) {
    records_.push_back(std::move(request));
  } else {
    records_[added_ % kCapacity] = std::move(request);
  }
  ++added_;
  return true;
}

std::vector<BadRequest> BadRequestRing::Copy() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<BadRequest> copy;
  copy.reserve(records_.size());
  for (std::size_t i = 0; i < records_.size(); ++i) {
    copy.push_back(records_[(added_ - records_.size() + i) % kCapacity]);
  }
  return copy;
}

}  // namespace weir
