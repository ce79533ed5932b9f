#include "weir/reactor/response_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

namespace weir {
namespace {

// Fields that Weir alone writes, or that only have meaning with framing that it does not do.
constexpr std::string_view kReservedNames[] = {
    "connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade",
};

// Beside those: fields that a recipient must know before the content (RFC 9110 section 6.5.1).
constexpr std::string_view kForbiddenTrailers[] = {
    "authorization",
    "cache-control",
    "content-encoding",
    "content-range",
    "content-type",
    "host",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "set-cookie",
    "te",
    "vary",
    "www-authenticate",
    "proxy-authorization",
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

bool IsValueByte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

// Whether any of the eight bytes at `from` is below 0x20, or 0x7f. A borrow out of one byte can
// only come from such a byte, so the answer as a whole is exact.
bool HasControl(const char* from) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x80 * kOnes;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, sizeof(bytes));
  const std::uint64_t low = (bytes - 0x20 * kOnes) & ~bytes;
  const std::uint64_t differs = bytes ^ (0x7f * kOnes);
  return ((low | ((differs - kOnes) & ~differs)) & kTops) != 0;
}

bool IsValueByByte(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), IsValueByte);
}

inline bool IsValue(std::string_view value) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (value.size() < kWord) return value.empty() || IsValueByByte(value);
  const char* from = value.data();
  const char* const last = from + value.size() - kWord;  // it may overlap the word before
  while (!HasControl(from)) {
    from += kWord;
    if (from >= last) {
      if (HasControl(last)) break;
      return true;
    }
  }
  return IsValueByByte(value);  // HTAB is a control that may be
}

bool IsField(const ResponseField& field) noexcept {
  return IsName(field.name) && IsValue(field.value) && !IsReserved(field.name);
}

bool IsForbiddenTrailer(std::string_view name) noexcept {
  return std::any_of(std::begin(kForbiddenTrailers), std::end(kForbiddenTrailers),
                     [name](std::string_view forbidden) { return SameName(name, forbidden); });
}

bool IsTrailerName(std::string_view name) noexcept {
  return IsName(name) && !IsReserved(name) && !IsForbiddenTrailer(name);
}

inline bool IsHead(const Response& response) noexcept {
  return response.status >= 200 && response.status <= 599 && IsValue(response.content_type) &&
         IsValue(response.reason) &&
         (response.fields.empty() ||
          std::all_of(response.fields.begin(), response.fields.end(), IsField));
}

int Contents(const Response& response) noexcept {
  return (response.body.empty() ? 0 : 1) + (response.shared_body == nullptr ? 0 : 1) +
         (response.file.file == nullptr ? 0 : 1);
}

}  // namespace

bool IsWithinFile(const FileRegion& region) noexcept {
  if (region.file == nullptr) return true;
  const std::uint64_t size = region.file->size();
  return region.offset <= size && region.length <= size - region.offset;
}

bool MayBeSent(const Response& response) noexcept {
  return IsHead(response) && Contents(response) <= 1 && IsWithinFile(response.file);
}

bool MayBeStarted(const Response& head, const StreamOptions& options) noexcept {
  return IsHead(head) && Contents(head) == 0 &&
         std::all_of(options.trailer_names.begin(), options.trailer_names.end(), IsTrailerName);
}

bool MayBeHandedOver(const Response& head, std::string_view protocol) noexcept {
  const std::size_t slash = protocol.find('/');
  const bool named = IsName(protocol.substr(0, slash)) &&
                     (slash == std::string_view::npos || IsName(protocol.substr(slash + 1)));
  return named == (head.status == 101) && Contents(head) == 0 &&
         std::all_of(head.fields.begin(), head.fields.end(), IsField);
}

bool MayBeTrailers(const std::vector<ResponseField>& trailers) noexcept {
  return std::all_of(trailers.begin(), trailers.end(), [](const ResponseField& field) {
    return IsTrailerName(field.name) && IsValue(field.value);
  });
}

}  // namespace weir
