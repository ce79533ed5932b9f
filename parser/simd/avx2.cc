// The kernel for AVX2, with BMI1 and BMI2.

#include <immintrin.h>

#include "weir/parser/simd/kernel.h"
#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

#include "weir/parser/simd/loads.inc"

constexpr std::ptrdiff_t kSkip = 128;
constexpr std::size_t kLeastHead = 32;
constexpr std::size_t kTargetBlock = 32;
constexpr std::size_t kLeastTarget = kTargetBlock;

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

struct Constants {
  VectorBytes<32> low_nibbles = Repeat<32>(kLowNibbles);
  VectorBytes<32> high_nibbles = Repeat<32>(kHighNibbles);
  VectorBytes<32> nibble = Repeat<32>(0x0f);
  VectorBytes<32> to_controls = Repeat<32>(0x60);
  VectorBytes<32> minus_one = Repeat<32>(0xff);
  VectorBytes<32> low = Repeat<32>(0x1f);
  VectorBytes<32> del = Repeat<32>(0x7f);
  VectorBytes<32> reg_name_low = Repeat<32>(kRegNameLow);
  VectorBytes<32> reg_name_high = Repeat<32>(kRegNameHigh);
  VectorBytes<32> first_target = Repeat<32>(0x21);
  VectorBytes<32> hash = Repeat<32>('#');
  VectorBytes<32> question = Repeat<32>('?');
};

constexpr Constants kConstants;

inline __m256i Load(const VectorBytes<32>& constant) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(constant.bytes));
}

// The mask of the bytes whose highest bit is set.
inline std::uint64_t Mask(__m256i bytes) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

// Keeps a vector in its register: gcc 12 would load it again for each use.
inline __m256i Kept(__m256i vector) {
  asm("" : "+x"(vector));
  return vector;
}

// What Classify needs in registers.
struct Tables {
  __m256i nibble;
  __m256i low_nibbles;
  __m256i high_nibbles;
  __m256i to_controls;
  __m256i minus_one;
};

WEIR_INLINE Tables LoadTables() {
  const Constants& constants = Hidden(kConstants);
  return {Kept(Load(constants.nibble)), Kept(Load(constants.low_nibbles)),
          Kept(Load(constants.high_nibbles)), Kept(Load(constants.to_controls)),
          Kept(Load(constants.minus_one))};
}

WEIR_INLINE __m256i Classes(const Tables& tables, __m256i bytes) {
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), tables.nibble);
  return _mm256_and_si256(_mm256_shuffle_epi8(tables.low_nibbles, bytes),
                          _mm256_shuffle_epi8(tables.high_nibbles, high));
}

// Sets the highest bit of the classes from 0x20 on: the controls.
WEIR_INLINE __m256i MarkControls(const Tables& tables, __m256i classes) {
  return _mm256_adds_epu8(classes, tables.to_controls);
}

// And that of class 0.
WEIR_INLINE __m256i MarkNotTokens(const Tables& tables, __m256i classes, __m256i controls) {
  return _mm256_or_si256(controls, _mm256_add_epi8(classes, tables.minus_one));
}

// Of 32 bytes each.
WEIR_INLINE Masks ClassifyHalves(const Tables& tables, const char* first_half,
                                 const char* second_half, int distance) {
  const __m256i first = Classes(tables, Load(first_half));
  const __m256i second = Classes(tables, Load(second_half));
  const __m256i first_controls = MarkControls(tables, first);
  const __m256i second_controls = MarkControls(tables, second);
  return {Mask(MarkNotTokens(tables, first, first_controls)) |
              Mask(MarkNotTokens(tables, second, second_controls)) << distance,
          Mask(first_controls) | Mask(second_controls) << distance};
}

WEIR_INLINE Masks Classify(const Tables& tables, const char* block) {
  return ClassifyHalves(tables, block, block + 32, 32);
}

WEIR_INLINE Masks ClassifyLess(const Tables& tables, const char* data, std::ptrdiff_t size) {
  const std::ptrdiff_t second = size - 32;
  return ClassifyHalves(tables, data, data + second, static_cast<int>(second));
}

WEIR_INLINE bool HasControl(const char* data) {
  const Constants& constants = Hidden(kConstants);
  const __m256i a = Kept(Load(data));
  const __m256i b = Kept(Load(data + 32));
  const __m256i c = Kept(Load(data + 64));
  const __m256i d = Kept(Load(data + 96));
  const __m256i least = _mm256_min_epu8(_mm256_min_epu8(a, b), _mm256_min_epu8(c, d));
  const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(least, Load(constants.low)), least);
  const __m256i del = Load(constants.del);
  const __m256i dels =
      _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(a, del), _mm256_cmpeq_epi8(b, del)),
                      _mm256_or_si256(_mm256_cmpeq_epi8(c, del), _mm256_cmpeq_epi8(d, del)));
  return Mask(_mm256_or_si256(low, dels)) != 0;
}

// Compared as signed, bytes from 0x80 are below 0x21 too.
WEIR_INLINE TargetMasks ClassifyTarget(const char* block) {
  const Constants& constants = Hidden(kConstants);
  const __m256i bytes = Load(block);
  const __m256i low = _mm256_cmpgt_epi8(Load(constants.first_target), bytes);
  const __m256i del = _mm256_cmpeq_epi8(bytes, Load(constants.del));
  const __m256i hash = _mm256_cmpeq_epi8(bytes, Load(constants.hash));
  return {Mask(_mm256_or_si256(low, _mm256_or_si256(del, hash))),
          Mask(_mm256_cmpeq_epi8(bytes, Load(constants.question)))};
}

WEIR_INLINE TargetMasks NearTargetMasks(const char* data, std::size_t) {
  return ClassifyTarget(data);
}

WEIR_INLINE std::uint32_t NotRegName(const char* block) {
  const Constants& constants = Hidden(kConstants);
  const __m256i bytes = Load(block);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), Load(constants.nibble));
  const __m256i classes =
      _mm256_and_si256(_mm256_shuffle_epi8(Load(constants.reg_name_low), bytes),
                       _mm256_shuffle_epi8(Load(constants.reg_name_high), high));
  return static_cast<std::uint32_t>(Mask(_mm256_cmpeq_epi8(classes, _mm256_setzero_si256())));
}

#include "weir/parser/simd/block_reg_name.inc"
#include "weir/parser/simd/blocks.inc"
#include "weir/parser/simd/field_lines.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadAvx2(HeadState* state, const HeadInput& input) {
  return ParseAnyHead(state, input);
}

}  // namespace weir::internal
