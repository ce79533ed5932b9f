// A descriptor with one owner.

#ifndef WEIR_REACTOR_UNIQUE_FD_H_
#define WEIR_REACTOR_UNIQUE_FD_H_

#include <utility>

namespace weir {

// Closes its descriptor, if it has one, when it goes. Move-only; one thread at a time.
class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  // Takes over `fd`; negative: none.
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  bool valid() const noexcept { return fd_ >= 0; }
  // -1 if there is none. Stays this object's.
  int get() const noexcept { return fd_; }
  // Gives the descriptor up without closing it.
  int Release() noexcept { return std::exchange(fd_, -1); }
  // Closes the descriptor and takes over another, or none.
  void Reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace weir

#endif  // WEIR_REACTOR_UNIQUE_FD_H_
