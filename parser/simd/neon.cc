// The kernel for NEON (AArch64).

#include <arm_neon.h>

#include "weir/parser/simd/kernel.h"
#include "weir/parser/simd/nibbles.h"

namespace weir::internal {
namespace {

#include "weir/parser/simd/loads.inc"

constexpr std::ptrdiff_t kSkip = 128;
constexpr std::size_t kLeastHead = 32;
constexpr std::size_t kTargetBlock = 64;
constexpr std::size_t kLeastTarget = kTargetBlock;

struct Masks {
  std::uint64_t not_token;
  std::uint64_t control;
};

struct TargetMasks {
  std::uint64_t end;
  std::uint64_t question;
};

inline uint8x16_t Load(const char* data) {
  return vld1q_u8(reinterpret_cast<const std::uint8_t*>(data));
}

// The mask of 64 bytes that are each 0x00 or 0xff.
inline std::uint64_t ToMask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t first = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
  const uint8x16_t second = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
  const uint8x16_t sums = vpaddq_u8(first, second);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

// What Classify needs in registers.
struct Tables {
  uint8x16_t low_nibbles;
  uint8x16_t high_nibbles;
};

inline Tables LoadTables() { return {vld1q_u8(kLowNibbles), vld1q_u8(kHighNibbles)}; }

// A table look-up gives 0 for an index from 16 on: the low nibbles must be cut out here.
inline uint8x16_t Classes(const Tables& tables, uint8x16_t bytes) {
  return vandq_u8(vqtbl1q_u8(tables.low_nibbles, vandq_u8(bytes, vdupq_n_u8(15))),
                  vqtbl1q_u8(tables.high_nibbles, vshrq_n_u8(bytes, 4)));
}

// Of 32 bytes each.
inline Masks ClassifyHalves(const Tables& tables, const char* first, const char* second,
                            int distance) {
  uint8x16_t not_token[4];
  uint8x16_t control[4];
  for (int quarter = 0; quarter < 4; ++quarter) {
    const char* const half = quarter < 2 ? first : second;
    const uint8x16_t classes = Classes(tables, Load(half + 16 * (quarter % 2)));
    control[quarter] = vcgeq_u8(classes, vdupq_n_u8(0x20));
    not_token[quarter] = vorrq_u8(control[quarter], vceqzq_u8(classes));
  }
  const std::uint64_t not_tokens = ToMask(not_token[0], not_token[1], not_token[2], not_token[3]);
  const std::uint64_t controls = ToMask(control[0], control[1], control[2], control[3]);
  return {static_cast<std::uint32_t>(not_tokens) | not_tokens >> 32 << distance,
          static_cast<std::uint32_t>(controls) | controls >> 32 << distance};
}

inline Masks Classify(const Tables& tables, const char* block) {
  return ClassifyHalves(tables, block, block + 32, 32);
}

inline Masks ClassifyLess(const Tables& tables, const char* data, std::ptrdiff_t size) {
  const std::ptrdiff_t second = size - 32;
  return ClassifyHalves(tables, data, data + second, static_cast<int>(second));
}

WEIR_INLINE TargetMasks ClassifyTarget(const char* block) {
  uint8x16_t end[4];
  uint8x16_t question[4];
  for (int quarter = 0; quarter < 4; ++quarter) {
    const uint8x16_t bytes = Load(block + 16 * quarter);
    const uint8x16_t outside = vcgtq_u8(vsubq_u8(bytes, vdupq_n_u8(0x21)), vdupq_n_u8(0x7e - 0x21));
    end[quarter] = vorrq_u8(outside, vceqq_u8(bytes, vdupq_n_u8('#')));
    question[quarter] = vceqq_u8(bytes, vdupq_n_u8('?'));
  }
  return {ToMask(end[0], end[1], end[2], end[3]),
          ToMask(question[0], question[1], question[2], question[3])};
}

inline TargetMasks NearTargetMasks(const char* data, std::size_t) { return ClassifyTarget(data); }

WEIR_INLINE bool HasControl(const char* data) {
  uint8x16_t least = vdupq_n_u8(0xff);
  uint8x16_t dels = vdupq_n_u8(0);
  for (int part = 0; part < 8; ++part) {
    const uint8x16_t bytes = Load(data + 16 * part);
    least = vminq_u8(least, bytes);
    dels = vorrq_u8(dels, vceqq_u8(bytes, vdupq_n_u8(0x7f)));
  }
  return vminvq_u8(least) < 0x20 || vmaxvq_u8(dels) != 0;
}

// 0xff for each byte that is no character of a reg-name.
inline uint8x16_t MarkNotRegName(uint8x16_t bytes) {
  const uint8x16_t classes =
      vandq_u8(vqtbl1q_u8(vld1q_u8(kRegNameLow), vandq_u8(bytes, vdupq_n_u8(15))),
               vqtbl1q_u8(vld1q_u8(kRegNameHigh), vshrq_n_u8(bytes, 4)));
  return vceqzq_u8(classes);
}

WEIR_INLINE std::uint32_t NotRegName(const char* block) {
  const uint8x16_t none = vdupq_n_u8(0);
  return static_cast<std::uint32_t>(
      ToMask(MarkNotRegName(Load(block)), MarkNotRegName(Load(block + 16)), none, none));
}

#include "weir/parser/simd/block_reg_name.inc"
#include "weir/parser/simd/blocks.inc"
#include "weir/parser/simd/field_lines.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadNeon(HeadState* state, const HeadInput& input) {
  return ParseAnyHead(state, input);
}

}  // namespace weir::internal
