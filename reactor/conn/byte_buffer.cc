#include "weir/reactor/conn/byte_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t kMinCapacity = 1024;

}  // namespace

ByteBuffer::~ByteBuffer() { std::free(data_); }

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this != &other) {
    std::free(data_);
    data_ = std::exchange(other.data_, nullptr);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

void ByteBuffer::MakeRoom(std::size_t bytes) {
  const std::size_t used = size();
  if (used + bytes > capacity_) {
    const std::size_t capacity = std::max({used + bytes, 2 * capacity_, kMinCapacity});
    auto* const data = static_cast<char*>(std::malloc(capacity));
    if (data == nullptr) throw std::bad_alloc();
    if (used != 0) std::memcpy(data, begin(), used);
    std::free(data_);
    data_ = data;
    capacity_ = capacity;
  } else {
    std::memmove(data_, begin(), used);
  }
  begin_ = 0;
  end_ = used;
}

void ByteBuffer::Shrink(std::size_t bytes) noexcept {
  if (capacity_ > bytes) *this = ByteBuffer();
}

}  // namespace weir
