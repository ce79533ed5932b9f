// The fields of a trailer section (RFC 9110 section 6.5, RFC 9112 section 7.1.2).

#ifndef WEIR_PARSER_TRAILER_FIELDS_H_
#define WEIR_PARSER_TRAILER_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "weir/parser/header_fields.h"

namespace weir {

// Splits a whole trailer section, put together from the steps that a BodyDecoder gave with status
// kTrailers, into `fields`, which is not owned and has room for `capacity`. How many fields the
// section has: where that is more than `capacity`, the rest is not written. With
//
//   HeaderFields(section.data(), fields, count)
//
// they are looked up like those of a head. REQUIRES: the decoder has said kComplete, so the section
// is known to be well-formed. Any thread.
std::uint32_t SplitTrailers(std::string_view section, FieldRef* fields,
                            std::uint32_t capacity) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_TRAILER_FIELDS_H_
