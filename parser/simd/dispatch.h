// The one call through which every head is parsed.

#ifndef WEIR_PARSER_SIMD_DISPATCH_H_
#define WEIR_PARSER_SIMD_DISPATCH_H_

#include <atomic>

#include "weir/parser/simd/kernel.h"

namespace weir::internal {

// Points to a function that chooses the kernel until the first call is made.
extern std::atomic<ParseHeadFunction> active_parse_head;

inline HeadStatus ParseHead(HeadState* state, const HeadInput& input) noexcept {
  return active_parse_head.load(std::memory_order_relaxed)(state, input);
}

}  // namespace weir::internal

#endif  // WEIR_PARSER_SIMD_DISPATCH_H_
