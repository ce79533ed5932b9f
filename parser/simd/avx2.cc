// The kernel for AVX2, with BMI1 and BMI2.

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

inline __m256i Load(const char* data) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
}

inline __m256i Table(const unsigned char* nibbles) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(nibbles)));
}

// The mask of the bytes whose highest bit is set.
inline std::uint64_t Signs(__m256i first, __m256i second) {
  const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(first));
  const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(second));
  return low | static_cast<std::uint64_t>(high) << 32;
}

inline __m256i Classes(__m256i bytes) {
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
  return _mm256_and_si256(_mm256_shuffle_epi8(Table(kLowNibbles), bytes),
                          _mm256_shuffle_epi8(Table(kHighNibbles), high));
}

// Sets the highest bit of the classes from 0x20 on: the controls.
inline __m256i MarkControls(__m256i classes) {
  return _mm256_adds_epu8(classes, _mm256_set1_epi8(0x60));
}

// And that of class 0.
inline __m256i MarkNotTokens(__m256i classes, __m256i controls) {
  return _mm256_or_si256(controls, _mm256_add_epi8(classes, _mm256_set1_epi8(-1)));
}

inline Masks Classify(const char* block) {
  const __m256i first = Classes(Load(block));
  const __m256i second = Classes(Load(block + 32));
  const __m256i first_controls = MarkControls(first);
  const __m256i second_controls = MarkControls(second);
  return {Signs(MarkNotTokens(first, first_controls), MarkNotTokens(second, second_controls)),
          Signs(first_controls, second_controls)};
}

// Compared as signed, bytes from 0x80 are below 0x21 too.
inline __m256i TargetEnds(__m256i bytes) {
  const __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), bytes);
  const __m256i del = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7f));
  const __m256i hash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('#'));
  return _mm256_or_si256(low, _mm256_or_si256(del, hash));
}

inline TargetMasks ClassifyTarget(const char* block) {
  const __m256i first = Load(block);
  const __m256i second = Load(block + 32);
  const __m256i question = _mm256_set1_epi8('?');
  return {Signs(TargetEnds(first), TargetEnds(second)),
          Signs(_mm256_cmpeq_epi8(first, question), _mm256_cmpeq_epi8(second, question))};
}

inline bool HasControl(const char* data) {
  const __m256i first = _mm256_or_si256(Classes(Load(data)), Classes(Load(data + 32)));
  const __m256i second = _mm256_or_si256(Classes(Load(data + 64)), Classes(Load(data + 96)));
  const __m256i classes = _mm256_or_si256(first, second);
  return _mm256_testz_si256(classes, _mm256_set1_epi8(static_cast<char>(0xe0))) == 0;
}

#include "weir/parser/simd/block_scanner.inc"
#include "weir/parser/simd/field_names.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadAvx2(HeadState* state, const HeadInput& input) {
  return HeadParser(state, input).Run();
}

}  // namespace weir::internal
