// Which limit a refusal is about, and what it could be set to.

#ifndef WEIR_REACTOR_REFUSALS_LIMIT_ADVICE_H_
#define WEIR_REACTOR_REFUSALS_LIMIT_ADVICE_H_

#include <cstdint>

#include "weir/parser/parse_error.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

// The limit that is passed where `error` occurs, or null. Any thread.
const LimitSpec* LimitOf(ParseError error) noexcept;

// The power of two that is at least twice `present` and at least `needed`, held to the range of the
// limit; 0 if it can't be raised. `needed` is 0 where it is not known: the refusal comes before the
// rest of what is too long.
std::uint64_t SuggestValue(const LimitSpec& limit, std::uint64_t present,
                           std::uint64_t needed) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_REFUSALS_LIMIT_ADVICE_H_
