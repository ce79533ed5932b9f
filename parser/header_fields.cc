#include "weir/parser/header_fields.h"

#include "weir/parser/chars.h"

namespace weir {
std::uint32_t HeaderFields::Find(std::string_view name, std::uint32_t from) const noexcept {
  for (std::uint32_t i = from; i < size_; ++i) {
    if (internal::EqualsIgnoringCase((*this)[i].name, name)) return i;
  }
  return size_;
}

std::string_view HeaderFields::Get(std::string_view name) const noexcept {
  const std::uint32_t index = Find(name);
  return index < size_ ? (*this)[index].value : std::string_view();
}

}  // namespace weir
