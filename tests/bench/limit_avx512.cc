#include <immintrin.h>

#include "weir/parser/simd/nibbles.h"
#include "weir/tests/bench/limit.h"

namespace weir {
namespace {

using internal::kHighNibbles;
using internal::kLowNibbles;
using internal::Repeat;

inline __m512i Load(const unsigned char* data) {
  return _mm512_loadu_si512(reinterpret_cast<const void*>(data));
}

}  // namespace

std::uint64_t ClassifyAvx512(const char* data, std::size_t size) {
  const __m512i low = Load(Repeat<64>(kLowNibbles).bytes);
  const __m512i high = Load(Repeat<64>(kHighNibbles).bytes);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < size; at += 64) {
    const __mmask64 valid = size - at < 64 ? (std::uint64_t{1} << (size - at)) - 1 : ~__mmask64{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(valid, data + at);
    const __m512i nibbles = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(15));
    const __m512i classes =
        _mm512_and_si512(_mm512_shuffle_epi8(low, bytes), _mm512_shuffle_epi8(high, nibbles));
    sum += _mm512_testn_epi8_mask(classes, _mm512_set1_epi8(0x1f));
    sum ^= _mm512_test_epi8_mask(classes, _mm512_set1_epi8(static_cast<char>(0xe0)));
  }
  return sum;
}

}  // namespace weir
