// The kernel for SSE4.2.

#include <nmmintrin.h>

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

inline __m128i Load(const char* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

inline __m128i Table(const unsigned char* nibbles) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(nibbles));
}

// The mask of the bytes whose highest bit is set, moved to the place of that quarter of a block.
inline std::uint64_t Signs(__m128i bytes, int quarter) {
  return static_cast<std::uint64_t>(_mm_movemask_epi8(bytes)) << (16 * quarter);
}

inline __m128i Classes(__m128i bytes) {
  const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
  return _mm_and_si128(_mm_shuffle_epi8(Table(kLowNibbles), bytes),
                       _mm_shuffle_epi8(Table(kHighNibbles), high));
}

inline Masks Classify(const char* block) {
  Masks masks = {0, 0};
  for (int quarter = 0; quarter < 4; ++quarter) {
    const __m128i classes = Classes(Load(block + 16 * quarter));
    // Sets the highest bit of the classes from 0x20 on, the controls; then that of class 0 too.
    const __m128i controls = _mm_adds_epu8(classes, _mm_set1_epi8(0x60));
    const __m128i not_tokens = _mm_or_si128(controls, _mm_add_epi8(classes, _mm_set1_epi8(-1)));
    masks.control |= Signs(controls, quarter);
    masks.not_token |= Signs(not_tokens, quarter);
  }
  return masks;
}

inline TargetMasks ClassifyTarget(const char* block) {
  TargetMasks masks = {0, 0};
  for (int quarter = 0; quarter < 4; ++quarter) {
    const __m128i bytes = Load(block + 16 * quarter);
    // Compared as signed, bytes from 0x80 are below 0x21 too.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    const __m128i hash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#'));
    masks.end |= Signs(_mm_or_si128(low, _mm_or_si128(del, hash)), quarter);
    masks.question |= Signs(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('?')), quarter);
  }
  return masks;
}

inline bool HasControl(const char* data) {
  __m128i classes = _mm_setzero_si128();
  for (int part = 0; part < 8; ++part) {
    classes = _mm_or_si128(classes, Classes(Load(data + 16 * part)));
  }
  return _mm_testz_si128(classes, _mm_set1_epi8(static_cast<char>(0xe0))) == 0;
}

#include "weir/parser/simd/block_scanner.inc"
#include "weir/parser/simd/field_names.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadSse42(HeadState* state, const HeadInput& input) {
  return HeadParser(state, input).Run();
}

}  // namespace weir::internal
