// A growable run of raw bytes.

#ifndef WEIR_REACTOR_CONN_BYTE_BUFFER_H_
#define WEIR_REACTOR_CONN_BYTE_BUFFER_H_

#include <cstddef>
#include <string_view>

#include "weir/reactor/conn/copy_short.h"

namespace weir {

//   data()            begin()              end()               data() + capacity()
//   |  done with      |  bytes in use      |  room             |
//
// What is appended is never zeroed first. Grows by doubling; throws std::bad_alloc, as containers
// do. One thread.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ~ByteBuffer();
  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;

  char* begin() noexcept { return data_ + begin_; }
  char* end() noexcept { return data_ + end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t room() const noexcept { return capacity_ - end_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {data_ + begin_, size()}; }

  // Makes room() at least `bytes`: moves what is in use to the front, or to a larger allocation.
  void Reserve(std::size_t bytes) {
    if (bytes > room()) MakeRoom(bytes);
  }
  // REQUIRES: bytes <= room(). The caller has written them at end().
  void Grow(std::size_t bytes) noexcept { end_ += bytes; }
  void Append(std::string_view bytes) {
    Reserve(bytes.size());
    CopyShort(end(), bytes);
    end_ += bytes.size();
  }
  // REQUIRES: bytes <= size(). Done with the first `bytes`.
  void Consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ == end_) Clear();
  }
  // REQUIRES: bytes <= size(). Drops all but the first `bytes`.
  void Truncate(std::size_t bytes) noexcept { end_ = begin_ + bytes; }
  void Clear() noexcept { begin_ = end_ = 0; }
  // Gives the memory back if there is more of it than `bytes`. REQUIRES: empty().
  void Shrink(std::size_t bytes) noexcept;

 private:
  // REQUIRES: bytes > room().
  void MakeRoom(std::size_t bytes);

  char* data_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_BYTE_BUFFER_H_
