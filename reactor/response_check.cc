#include "weir/reactor/response_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace weir {
namespace {

// Fields that Weir alone writes, or that only have meaning with framing that it does not do.
constexpr std::string_view kReservedNames[] = {
    "connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade",
};

constexpr std::array<bool, 256> TokenTable() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kToken = TokenTable();

char Lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool SameName(std::string_view name, std::string_view lower) noexcept {
  return name.size() == lower.size() && std::equal(name.begin(), name.end(), lower.begin(),
                                                   [](char a, char b) { return Lower(a) == b; });
}

bool IsReserved(std::string_view name) noexcept {
  return std::any_of(std::begin(kReservedNames), std::end(kReservedNames),
                     [name](std::string_view reserved) { return SameName(name, reserved); });
}

bool IsName(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

bool IsValue(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

}  // namespace

bool MayBeSent(const Response& response) noexcept {
  if (response.status < 200 || response.status > 599) return false;
  if (!IsValue(response.content_type)) return false;
  return std::all_of(response.fields.begin(), response.fields.end(), [](const ResponseField& f) {
    return IsName(f.name) && IsValue(f.value) && !IsReserved(f.name);
  });
}

}  // namespace weir
