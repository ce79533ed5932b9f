#include "weir/reactor/hand_over.h"

#include <algorithm>
#include <cstddef>

#include "weir/reactor/request.h"

namespace weir {
namespace {

char Lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool SameProtocol(std::string_view one, std::string_view other) noexcept {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

std::string_view TrimBlanks(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool Lists(std::string_view list, std::string_view protocol) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (SameProtocol(TrimBlanks(list.substr(0, comma)), protocol)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

bool OffersUpgrade(const Request& request, std::string_view protocol) noexcept {
  const HeaderFields& fields = request.fields();
  if (!request.head().upgrade || protocol.empty()) return false;
  for (std::uint32_t i = fields.Find(FieldId::kUpgrade); i < fields.size();
       i = fields.Find(FieldId::kUpgrade, i + 1)) {
    if (Lists(fields[i].value, protocol)) return true;
  }
  return false;
}

}  // namespace weir
