#include <immintrin.h>

#include "weir/parser/simd/nibbles.h"
#include "weir/tests/bench/limit.h"

namespace weir {
namespace {

using internal::kHighNibbles;
using internal::kLowNibbles;
using internal::Repeat;

inline __m128i Load(const unsigned char* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

}  // namespace

std::uint64_t ClassifySse42(const char* data, std::size_t size) {
  const __m128i low = Load(Repeat<16>(kLowNibbles).bytes);
  const __m128i high = Load(Repeat<16>(kHighNibbles).bytes);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < size; at += 16) {
    const std::size_t start = size - at < 16 ? size - 16 : at;
    const __m128i bytes = Load(reinterpret_cast<const unsigned char*>(data + start));
    const __m128i nibbles = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
    const __m128i classes =
        _mm_and_si128(_mm_shuffle_epi8(low, bytes), _mm_shuffle_epi8(high, nibbles));
    const __m128i controls = _mm_adds_epu8(classes, _mm_set1_epi8(0x60));
    const __m128i others = _mm_or_si128(controls, _mm_add_epi8(classes, _mm_set1_epi8(-1)));
    sum += static_cast<std::uint32_t>(_mm_movemask_epi8(others));
    sum ^= static_cast<std::uint32_t>(_mm_movemask_epi8(controls));
  }
  return sum;
}

}  // namespace weir
