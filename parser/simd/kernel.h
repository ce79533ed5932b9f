// The functions that exist once per instruction set.
//
// A kernel's source is compiled with its own instruction set, so it must not define or use an
// inline function with external linkage (the standard library's included): the linker keeps one
// copy for the whole program, which could be the one that this CPU cannot run.

#ifndef WEIR_PARSER_SIMD_KERNEL_H_
#define WEIR_PARSER_SIMD_KERNEL_H_

#include "weir/parser/head_state.h"

namespace weir::internal {

using ParseHeadFunction = HeadStatus (*)(HeadState* state, const HeadInput& input);

HeadStatus ParseHeadScalar(HeadState* state, const HeadInput& input);
#if defined(__x86_64__)
HeadStatus ParseHeadSse42(HeadState* state, const HeadInput& input);
HeadStatus ParseHeadAvx2(HeadState* state, const HeadInput& input);
HeadStatus ParseHeadAvx512(HeadState* state, const HeadInput& input);
#elif defined(__aarch64__)
HeadStatus ParseHeadNeon(HeadState* state, const HeadInput& input);
#endif

}  // namespace weir::internal

#endif  // WEIR_PARSER_SIMD_KERNEL_H_
