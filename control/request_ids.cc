#include "weir/control/request_ids.h"

namespace weir {

RequestIds::Seen RequestIds::Find(const std::string& id, const std::string& content) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [known_id, known_content] : calls_) {
    if (known_id == id) return known_content == content ? Seen::kSame : Seen::kOther;
  }
  return Seen::kNever;
}

void RequestIds::Add(const std::string& id, const std::string& content) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (calls_.size() == kMaxIds) calls_.pop_front();
  calls_.emplace_back(id, content);
}

}  // namespace weir
