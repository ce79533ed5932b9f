// Copies the short texts that answers are made of.

#ifndef WEIR_REACTOR_CONN_COPY_SHORT_H_
#define WEIR_REACTOR_CONN_COPY_SHORT_H_

#include <cstddef>
#include <cstring>
#include <string_view>

namespace weir {

// The first and the last kBytes bytes, which overlap. REQUIRES: kBytes <= size <= 2 * kBytes.
template <std::size_t kBytes>
inline void CopyBothEnds(char* to, const char* from, std::size_t size) noexcept {
  char last[kBytes];
  std::memcpy(last, from + size - kBytes, kBytes);
  std::memcpy(to, from, kBytes);
  std::memcpy(to + size - kBytes, last, kBytes);
}

// As std::memcpy does, without the call for up to 32 bytes. Returns the end of what it wrote.
inline char* CopyShort(char* to, std::string_view text) noexcept {
  const std::size_t size = text.size();
  if (size > 32) {
    std::memcpy(to, text.data(), size);
  } else if (size >= 16) {
    CopyBothEnds<16>(to, text.data(), size);
  } else if (size >= 8) {
    CopyBothEnds<8>(to, text.data(), size);
  } else if (size >= 4) {
    CopyBothEnds<4>(to, text.data(), size);
  } else if (size >= 2) {
    CopyBothEnds<2>(to, text.data(), size);
  } else if (size == 1) {
    *to = text.front();
  }
  return to + size;
}

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_COPY_SHORT_H_
