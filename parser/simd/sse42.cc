// The kernel for SSE4.2.

#include <nmmintrin.h>

#include "weir/parser/simd/kernel.h"
#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

#include "weir/parser/simd/loads.inc"

constexpr std::ptrdiff_t kSkip = 64;
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

inline __m128i Load(const char* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

struct Constants {
  VectorBytes<16> low_nibbles = Repeat<16>(kLowNibbles);
  VectorBytes<16> high_nibbles = Repeat<16>(kHighNibbles);
  VectorBytes<16> nibble = Repeat<16>(0x0f);
  VectorBytes<16> to_controls = Repeat<16>(0x60);
  VectorBytes<16> minus_one = Repeat<16>(0xff);
  VectorBytes<16> low = Repeat<16>(0x1f);
  VectorBytes<16> del = Repeat<16>(0x7f);
  VectorBytes<16> reg_name_low = Repeat<16>(kRegNameLow);
  VectorBytes<16> reg_name_high = Repeat<16>(kRegNameHigh);
  VectorBytes<16> first_target = Repeat<16>(0x21);
  VectorBytes<16> hash = Repeat<16>('#');
  VectorBytes<16> question = Repeat<16>('?');
};

constexpr Constants kConstants;

inline __m128i Load(const VectorBytes<16>& constant) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(constant.bytes));
}

// The mask of the bytes whose highest bit is set, moved to the place of the first of them.
WEIR_INLINE std::uint64_t Signs(__m128i bytes, int place) {
  return static_cast<std::uint64_t>(_mm_movemask_epi8(bytes)) << place;
}

// Keeps a vector in its register: gcc 12 would load it again for each use.
inline __m128i Kept(__m128i vector) {
  asm("" : "+x"(vector));
  return vector;
}

// What Classify needs: with half as many registers as other kernels, it leaves them in memory.
using Tables = Constants;

WEIR_INLINE const Tables& LoadTables() { return Hidden(kConstants); }

WEIR_INLINE __m128i Classes(const Tables& constants, __m128i bytes) {
  const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), Load(constants.nibble));
  return _mm_and_si128(_mm_shuffle_epi8(Load(constants.low_nibbles), bytes),
                       _mm_shuffle_epi8(Load(constants.high_nibbles), high));
}

// Of 32 bytes each.
WEIR_INLINE Masks ClassifyHalves(const Tables& constants, const char* first, const char* second,
                                 int distance) {
  Masks masks = {0, 0};
  for (int quarter = 0; quarter < 4; ++quarter) {
    const int in_half = 16 * (quarter % 2);
    const __m128i classes = Classes(constants, Load((quarter < 2 ? first : second) + in_half));
    const int place = quarter < 2 ? in_half : distance + in_half;
    // Sets the highest bit of the classes from 0x20 on, the controls; then that of class 0 too.
    const __m128i controls = _mm_adds_epu8(classes, Load(constants.to_controls));
    const __m128i not_tokens =
        _mm_or_si128(controls, _mm_add_epi8(classes, Load(constants.minus_one)));
    masks.control |= Signs(controls, place);
    masks.not_token |= Signs(not_tokens, place);
  }
  return masks;
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
  const __m128i a = Kept(Load(data));
  const __m128i b = Kept(Load(data + 16));
  const __m128i c = Kept(Load(data + 32));
  const __m128i d = Kept(Load(data + 48));
  const __m128i least = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
  const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(least, Load(constants.low)), least);
  const __m128i del = Load(constants.del);
  const __m128i dels = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(a, del), _mm_cmpeq_epi8(b, del)),
                                    _mm_or_si128(_mm_cmpeq_epi8(c, del), _mm_cmpeq_epi8(d, del)));
  return _mm_movemask_epi8(_mm_or_si128(low, dels)) != 0;
}

WEIR_INLINE TargetMasks ClassifyTarget(const char* block) {
  const Constants& constants = Hidden(kConstants);
  TargetMasks masks = {0, 0};
  for (int quarter = 0; quarter < 2; ++quarter) {
    const __m128i bytes = Load(block + 16 * quarter);
    // Compared as signed, bytes from 0x80 are below 0x21 too.
    const __m128i low = _mm_cmplt_epi8(bytes, Load(constants.first_target));
    const __m128i del = _mm_cmpeq_epi8(bytes, Load(constants.del));
    const __m128i hash = _mm_cmpeq_epi8(bytes, Load(constants.hash));
    masks.end |= Signs(_mm_or_si128(low, _mm_or_si128(del, hash)), 16 * quarter);
    masks.question |= Signs(_mm_cmpeq_epi8(bytes, Load(constants.question)), 16 * quarter);
  }
  return masks;
}

WEIR_INLINE TargetMasks NearTargetMasks(const char* data, std::size_t) {
  return ClassifyTarget(data);
}

// As far as whole vectors of the input show.
WEIR_INLINE std::size_t RegNameBytes(const char* value, std::size_t size, const HeadInput& input) {
  const Constants& constants = Hidden(kConstants);
  const char* const end = input.data + input.size;
  std::size_t at = 0;
  for (; at < size && end - value >= static_cast<std::ptrdiff_t>(at) + 16; at += 16) {
    const __m128i bytes = Load(value + at);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), Load(constants.nibble));
    const __m128i classes = _mm_and_si128(_mm_shuffle_epi8(Load(constants.reg_name_low), bytes),
                                          _mm_shuffle_epi8(Load(constants.reg_name_high), high));
    const std::uint64_t others = Signs(_mm_cmpeq_epi8(classes, _mm_setzero_si128()), 0);
    if (others != 0) return at + static_cast<std::size_t>(__builtin_ctzll(others));
  }
  return at;
}

#include "weir/parser/simd/blocks.inc"
#include "weir/parser/simd/field_lines.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadSse42(HeadState* state, const HeadInput& input) {
  return ParseAnyHead(state, input);
}

}  // namespace weir::internal
