// The kernel for AVX-512 (F, BW, VL, DQ).

#include <immintrin.h>

#include "weir/parser/simd/kernel.h"
#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

#include "weir/parser/simd/loads.inc"

constexpr std::ptrdiff_t kSkip = 256;
constexpr std::size_t kLeastHead = 1;
constexpr std::size_t kTargetBlock = 64;
constexpr std::size_t kLeastTarget = 1;

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

struct Constants {
  VectorBytes<64> low_nibbles = Repeat<64>(kLowNibbles);
  VectorBytes<64> high_nibbles = Repeat<64>(kHighNibbles);
  VectorBytes<64> nibble = Repeat<64>(0x0f);
  VectorBytes<64> token = Repeat<64>(0x1f);
  VectorBytes<64> control = Repeat<64>(0xe0);
  VectorBytes<64> space = Repeat<64>(0x20);
  VectorBytes<64> del = Repeat<64>(0x7f);
  VectorBytes<64> reg_name_low = Repeat<64>(kRegNameLow);
  VectorBytes<64> reg_name_high = Repeat<64>(kRegNameHigh);
  VectorBytes<64> first_target = Repeat<64>(0x21);
  VectorBytes<64> hash = Repeat<64>('#');
  VectorBytes<64> question = Repeat<64>('?');
  VectorBytes<64> target_range = Repeat<64>(0x5d);
};

constexpr Constants kConstants;

inline __m512i Load(const VectorBytes<64>& constant) { return _mm512_load_si512(constant.bytes); }

inline __m256i LoadHalf(const VectorBytes<64>& constant) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(constant.bytes));
}

// Keeps a vector in its register: gcc 12 would load it again for each use.
inline __m512i Kept(__m512i vector) {
  asm("" : "+v"(vector));
  return vector;
}

// Of 64 bytes or fewer, the others 0.
inline __m512i LoadLess(const char* data, std::size_t size) {
  const auto count = static_cast<unsigned>(size < 64 ? size : 64);
  return _mm512_maskz_loadu_epi8(_bzhi_u64(~std::uint64_t{0}, count), data);
}

// What Classify needs in registers.
struct Tables {
  __m512i nibble;
  __m512i low_nibbles;
  __m512i high_nibbles;
  __m512i token;
  __m512i control;
};

WEIR_INLINE Tables LoadTables() {
  const Constants& constants = Hidden(kConstants);
  return {Kept(Load(constants.nibble)), Kept(Load(constants.low_nibbles)),
          Kept(Load(constants.high_nibbles)), Kept(Load(constants.token)),
          Kept(Load(constants.control))};
}

WEIR_INLINE Masks ClassifyBytes(const Tables& tables, __m512i bytes) {
  const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), tables.nibble);
  const __m512i classes = _mm512_and_si512(_mm512_shuffle_epi8(tables.low_nibbles, bytes),
                                           _mm512_shuffle_epi8(tables.high_nibbles, high));
  return {_mm512_testn_epi8_mask(classes, tables.token),
          _mm512_test_epi8_mask(classes, tables.control)};
}

WEIR_INLINE Masks Classify(const Tables& tables, const char* block) {
  return ClassifyBytes(tables, Load(block));
}

WEIR_INLINE Masks ClassifyLess(const Tables& tables, const char* data, std::ptrdiff_t size) {
  return ClassifyBytes(tables, LoadLess(data, static_cast<std::size_t>(size)));
}

WEIR_INLINE bool HasControl(const char* data) {
  const Constants& constants = Hidden(kConstants);
  const __m512i a = Kept(Load(data));
  const __m512i b = Kept(Load(data + 64));
  const __m512i c = Kept(Load(data + 128));
  const __m512i d = Kept(Load(data + 192));
  const __m512i least = _mm512_min_epu8(_mm512_min_epu8(a, b), _mm512_min_epu8(c, d));
  const __m512i del = Load(constants.del);
  const __mmask64 dels = _mm512_cmpeq_epi8_mask(a, del) | _mm512_cmpeq_epi8_mask(b, del) |
                         _mm512_cmpeq_epi8_mask(c, del) | _mm512_cmpeq_epi8_mask(d, del);
  return (dels | _mm512_cmplt_epu8_mask(least, Load(constants.space))) != 0;
}

WEIR_INLINE TargetMasks ClassifyTargetBytes(__m512i bytes) {
  const Constants& constants = Hidden(kConstants);
  const __m512i above = _mm512_sub_epi8(bytes, Load(constants.first_target));
  return {_mm512_cmpgt_epu8_mask(above, Load(constants.target_range)) |
              _mm512_cmpeq_epi8_mask(bytes, Load(constants.hash)),
          _mm512_cmpeq_epi8_mask(bytes, Load(constants.question))};
}

WEIR_INLINE TargetMasks ClassifyTarget(const char* block) {
  return ClassifyTargetBytes(Load(block));
}

WEIR_INLINE TargetMasks NearTargetMasks(const char* data, std::size_t size) {
  return ClassifyTargetBytes(__builtin_expect(size >= 64, 1) ? Load(data) : LoadLess(data, size));
}

WEIR_INLINE std::uint32_t NotRegName(const char* block) {
  const Constants& constants = Hidden(kConstants);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), LoadHalf(constants.nibble));
  return _mm256_testn_epi8_mask(_mm256_shuffle_epi8(LoadHalf(constants.reg_name_low), bytes),
                                _mm256_shuffle_epi8(LoadHalf(constants.reg_name_high), high));
}

#include "weir/parser/simd/block_reg_name.inc"
#include "weir/parser/simd/blocks.inc"
#include "weir/parser/simd/field_lines.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadAvx512(HeadState* state, const HeadInput& input) {
  return ParseAnyHead(state, input);
}

}  // namespace weir::internal
