// Picks one of every so many.

#ifndef WEIR_REACTOR_LOOP_ONE_IN_H_
#define WEIR_REACTOR_LOOP_ONE_IN_H_

#include <cstdint>

namespace weir {

// One thread.
class OneIn {
 public:
  // Whether it is this one's turn: each `every`th call says so, and none when `every` is 0.
  bool Take(std::uint64_t every) noexcept {
    if (every == 0 || ++passed_ < every) return false;
    passed_ = 0;
    return true;
  }

 private:
  std::uint64_t passed_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ONE_IN_H_
