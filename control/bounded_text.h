// Text that callers gave, held to a length.

#ifndef WEIR_CONTROL_BOUNDED_TEXT_H_
#define WEIR_CONTROL_BOUNDED_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

// What is told back of a name that a caller gave, in bytes.
inline constexpr std::size_t kMaxEchoBytes = 128;

// The text, or if it has more than `most` bytes, its beginning and "...": `most` bytes or a few
// less, since no character of UTF-8 is cut in two (RFC 3629). REQUIRES: `most` is 3 or more. Any
// thread.
std::string Bounded(std::string_view text, std::size_t most);

}  // namespace weir

#endif  // WEIR_CONTROL_BOUNDED_TEXT_H_
