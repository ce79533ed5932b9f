#include <immintrin.h>

#include "weir/parser/simd/nibbles.h"
#include "weir/tests/bench/limit.h"

namespace weir {
namespace {

using internal::kHighNibbles;
using internal::kLowNibbles;
using internal::Repeat;

inline __m256i Load(const unsigned char* data) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
}

}  // namespace

std::uint64_t ClassifyAvx2(const char* data, std::size_t size) {
  const __m256i low = Load(Repeat<32>(kLowNibbles).bytes);
  const __m256i high = Load(Repeat<32>(kHighNibbles).bytes);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < size; at += 32) {
    const std::size_t start = size - at < 32 ? size - 32 : at;
    const __m256i bytes = Load(reinterpret_cast<const unsigned char*>(data + start));
    const __m256i nibbles = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i classes =
        _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, nibbles));
    const __m256i controls = _mm256_adds_epu8(classes, _mm256_set1_epi8(0x60));
    const __m256i others =
        _mm256_or_si256(controls, _mm256_add_epi8(classes, _mm256_set1_epi8(-1)));
    sum += static_cast<std::uint32_t>(_mm256_movemask_epi8(others));
    sum ^= static_cast<std::uint32_t>(_mm256_movemask_epi8(controls));
  }
  return sum;
}

}  // namespace weir
