// The tables by which the vector kernels classify bytes.

#ifndef WEIR_PARSER_SIMD_NIBBLES_H_
#define WEIR_PARSER_SIMD_NIBBLES_H_

namespace weir::internal {

// A byte below 0x80 is a token character if the rows of its two nibbles share one of the bits 0x1f,
// and a control other than HTAB if they share one of 0xe0; never both. A byte from 0x80 is neither.
alignas(16) constexpr unsigned char kLowNibbles[16] = {121, 127, 125, 127, 127, 127, 127, 127,
                                                       125, 93,  126, 102, 116, 102, 126, 236};
alignas(16) constexpr unsigned char kHighNibbles[16] = {32, 64, 2, 1, 4, 8, 5, 144,
                                                        0,  0,  0, 0, 0, 0, 0, 0};

}  // namespace weir::internal

#endif  // WEIR_PARSER_SIMD_NIBBLES_H_
