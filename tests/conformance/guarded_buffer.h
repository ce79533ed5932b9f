// Memory that cannot be read past: a region between two pages without access.

#ifndef WEIR_TESTS_CONFORMANCE_GUARDED_BUFFER_H_
#define WEIR_TESTS_CONFORMANCE_GUARDED_BUFFER_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace weir {

// A read or write outside the region ends the program.
class GuardedBuffer {
 public:
  // Room for at least `capacity` bytes.
  explicit GuardedBuffer(std::size_t capacity) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size_ = (capacity + page - 1) / page * page;
    mapped_ = size_ + 2 * page;
    void* const map = ::mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return;
    map_ = static_cast<char*>(map);
    if (::mprotect(map_ + page, size_, PROT_READ | PROT_WRITE) == 0) begin_ = map_ + page;
  }
  ~GuardedBuffer() {
    if (map_ != nullptr) ::munmap(map_, mapped_);
  }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  bool ok() const { return begin_ != nullptr; }

  // Copies of `bytes` that begin `gap` bytes after the first guard, or end so before the last.
  std::string_view PlaceAtStart(std::string_view bytes, std::size_t gap) {
    return Place(bytes, begin_ + gap);
  }
  std::string_view PlaceAtEnd(std::string_view bytes, std::size_t gap) {
    return Place(bytes, begin_ + size_ - gap - bytes.size());
  }

 private:
  static std::string_view Place(std::string_view bytes, char* to) {
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return {to, bytes.size()};
  }

  char* map_ = nullptr;
  char* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

}  // namespace weir

#endif  // WEIR_TESTS_CONFORMANCE_GUARDED_BUFFER_H_
