#include "weir/parser/explain/sensitive_name.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace weir::internal {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

bool IsSensitiveName(std::string_view name) {
  constexpr std::string_view kSensitive[] = {"authorization", "proxy-authorization", "cookie",
                                             "set-cookie"};
  std::string letters;
  for (const char c : name) {
    const char lower = Lower(c);
    if ((lower >= 'a' && lower <= 'z') || lower == '-') letters += lower;
  }
  return std::find(std::begin(kSensitive), std::end(kSensitive), letters) != std::end(kSensitive);
}

}  // namespace weir::internal
