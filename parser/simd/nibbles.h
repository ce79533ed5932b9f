// The tables by which the vector kernels classify bytes, and how they keep constants.

#ifndef WEIR_PARSER_SIMD_NIBBLES_H_
#define WEIR_PARSER_SIMD_NIBBLES_H_

#include <cstddef>

namespace weir::internal {

// A byte below 0x80 is a token character if the rows of its two nibbles share one of the bits 0x1f,
// and a control other than HTAB if they share one of 0xe0; never both. A byte from 0x80 is neither.
alignas(16) constexpr unsigned char kLowNibbles[16] = {121, 127, 125, 127, 127, 127, 127, 127,
                                                       125, 93,  126, 102, 116, 102, 126, 236};
alignas(16) constexpr unsigned char kHighNibbles[16] = {32, 64, 2, 1, 4, 8, 5, 144,
                                                        0,  0,  0, 0, 0, 0, 0, 0};

// A byte below 0x80 is a character of a reg-name (but for ',' and '%', see chars.h) if the rows of
// its two nibbles share a bit. A bit stands for the high nibbles that have the same low ones.
alignas(16) constexpr unsigned char kRegNameLow[16] = {26, 31, 30, 30, 31, 30, 31, 31,
                                                       31, 31, 29, 7,  4,  7,  21, 12};
alignas(16) constexpr unsigned char kRegNameHigh[16] = {0, 0, 1, 2, 4, 8, 4, 16,
                                                        0, 0, 0, 0, 0, 0, 0, 0};

// The bytes of a vector of N bytes.
template <std::size_t N>
struct VectorBytes {
  alignas(N) unsigned char bytes[N];
};

template <std::size_t N>
constexpr VectorBytes<N> Repeat(unsigned char byte) {
  VectorBytes<N> vector = {};
  for (unsigned char& b : vector.bytes) b = byte;
  return vector;
}

template <std::size_t N>
constexpr VectorBytes<N> Repeat(const unsigned char (&table)[16]) {
  VectorBytes<N> vector = {};
  for (std::size_t i = 0; i < N; ++i) vector.bytes[i] = table[i % 16];
  return vector;
}

}  // namespace weir::internal

#endif  // WEIR_PARSER_SIMD_NIBBLES_H_
