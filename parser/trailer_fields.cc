#include "weir/parser/trailer_fields.h"

#include <cstddef>

#include "weir/parser/chars.h"

namespace weir {
namespace {

// The field of a line without its CRLF, which starts at `offset` of the section.
FieldRef SplitLine(std::string_view line, std::size_t offset) {
  const std::size_t colon = line.find(':');
  const std::string_view value = internal::TrimBlanks(line.substr(colon + 1));
  const std::size_t value_start = static_cast<std::size_t>(value.data() - line.data());
  return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(colon),
          static_cast<std::uint32_t>(offset + value_start),
          static_cast<std::uint32_t>(value.size())};
}

}  // namespace

std::uint32_t SplitTrailers(std::string_view section, FieldRef* fields,
                            std::uint32_t capacity) noexcept {
  std::uint32_t count = 0;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = section.find('\r', start);
    if (end == start || end == std::string_view::npos) return count;
    if (count < capacity) fields[count] = SplitLine(section.substr(start, end - start), start);
    ++count;
    start = end + 2;
  }
}

}  // namespace weir
