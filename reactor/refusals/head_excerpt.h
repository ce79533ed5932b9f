// What may be told of a head without telling its values.

#ifndef WEIR_REACTOR_REFUSALS_HEAD_EXCERPT_H_
#define WEIR_REACTOR_REFUSALS_HEAD_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

// The name of the field whose line has the byte at `offset`, with '?' for each byte that is no
// printable ASCII, at most BadRequest::kMaxNameBytes of it; "" for the request line, the empty line
// behind the fields, and an offset behind the input. `head` begins with the first byte of the
// request.
std::string FieldNameAt(std::string_view head, std::size_t offset);

// The line around `offset`, at most `most` bytes of it, with C escapes for what is no printable
// ASCII. Each byte of a value of Authorization, Proxy-Authorization, Cookie and Set-Cookie, and of
// a target behind its '?', is '*', but for the one at `offset`.
std::string RedactedLine(std::string_view head, std::size_t offset, std::size_t most);

}  // namespace weir

#endif  // WEIR_REACTOR_REFUSALS_HEAD_EXCERPT_H_
