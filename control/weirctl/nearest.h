// What a mistyped name was meant to be.

#ifndef WEIR_CONTROL_WEIRCTL_NEAREST_H_
#define WEIR_CONTROL_WEIRCTL_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// How far `typed` is from `name`. Leaving out parts of a name is cheap, so "backlog" is near
// "listen_backlog"; other letters are dear.
std::size_t TypingDistance(std::string_view typed, std::string_view name);

// The names of limits nearest to what was typed: the best, and up to two that are about as near.
std::vector<std::string> NearestLimits(std::string_view typed);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_NEAREST_H_
