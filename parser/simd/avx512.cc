// The kernel for AVX-512 (F, BW, VL, DQ).

#include <immintrin.h>

#include "weir/parser/simd/kernel.h"
#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

struct Masks {
  std::uint64_t not_token;
  std::uint64_t control;
};

struct TargetMasks {
  std::uint64_t end;
  std::uint64_t question;
};

inline __m512i Load(const char* data) {
  return _mm512_loadu_si512(reinterpret_cast<const void*>(data));
}

inline __m512i Table(const unsigned char* nibbles) {
  const __m128i table = _mm_load_si128(reinterpret_cast<const __m128i*>(nibbles));
  // With a mask, since gcc 12 warns of its own header without.
  return _mm512_maskz_broadcast_i32x4(0xffff, table);
}

inline __m512i Classes(__m512i bytes) {
  const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(15));
  return _mm512_and_si512(_mm512_shuffle_epi8(Table(kLowNibbles), bytes),
                          _mm512_shuffle_epi8(Table(kHighNibbles), high));
}

inline Masks Classify(const char* block) {
  const __m512i classes = Classes(Load(block));
  return {_mm512_testn_epi8_mask(classes, _mm512_set1_epi8(0x1f)),
          _mm512_test_epi8_mask(classes, _mm512_set1_epi8(static_cast<char>(0xe0)))};
}

inline TargetMasks ClassifyTarget(const char* block) {
  const __m512i bytes = Load(block);
  const __m512i from_0x21 = _mm512_sub_epi8(bytes, _mm512_set1_epi8(0x21));
  return {_mm512_cmpgt_epu8_mask(from_0x21, _mm512_set1_epi8(0x7e - 0x21)) |
              _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('#')),
          _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('?'))};
}

inline bool HasControl(const char* data) {
  const __m512i classes = _mm512_or_si512(Classes(Load(data)), Classes(Load(data + 64)));
  return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(static_cast<char>(0xe0))) != 0;
}

#include "weir/parser/simd/block_scanner.inc"
#include "weir/parser/simd/field_names.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadAvx512(HeadState* state, const HeadInput& input) {
  return HeadParser(state, input).Run();
}

}  // namespace weir::internal
