// Objects that are not in use, kept for whoever needs the next one.

#ifndef WEIR_REACTOR_LOOP_OBJECT_POOL_H_
#define WEIR_REACTOR_LOOP_OBJECT_POOL_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace weir {

// One reactor's. `Object` has a default constructor, and a Recycle() that makes it as good as new
// and bounds what it keeps allocated. At most kMaxIdle are kept; of these, Trim gives back what was
// not needed, so that a burst does not hold memory for ever. One thread.
template <typename Object>
class ObjectPool {
 public:
  static constexpr std::size_t kMaxIdle = 128;

  ObjectPool() { idle_.reserve(kMaxIdle); }

  std::unique_ptr<Object> Take() {
    if (idle_.empty()) return std::make_unique<Object>();
    std::unique_ptr<Object> object = std::move(idle_.back());
    idle_.pop_back();
    least_ = std::min(least_, idle_.size());
    return object;
  }

  // Takes back one that is no longer used; null is nothing.
  void Return(std::unique_ptr<Object> object) {
    if (object == nullptr || idle_.size() == kMaxIdle) return;
    object->Recycle();
    idle_.push_back(std::move(object));
  }

  // Gives back those that have not been in use since the last call.
  void Trim() {
    idle_.erase(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(least_));
    least_ = idle_.size();
  }

  bool empty() const noexcept { return idle_.empty(); }
  std::size_t size() const noexcept { return idle_.size(); }

 private:
  std::vector<std::unique_ptr<Object>> idle_;  // the last one was used last
  std::size_t least_ = 0;                      // the fewest that were idle since the last Trim
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_OBJECT_POOL_H_
