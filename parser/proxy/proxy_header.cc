#include "weir/parser/proxy/proxy_header.h"

#include <algorithm>

#include "weir/parser/proxy/proxy_block.h"
#include "weir/parser/proxy/proxy_line.h"

namespace weir {
namespace {

constexpr std::array<std::string_view, kProxyErrorCount> kNames = {
    "none",     "signature",        "line_end", "protocol", "address",         "port",
    "trailing", "version",          "command",  "family",   "address_missing", "too_long",
    "tlv",      "checksum_invalid", "checksum",
};
static_assert(!kNames.back().empty(), "every value has a name");

}  // namespace

std::string_view Name(ProxyError error) noexcept {
  const auto index = static_cast<std::size_t>(error);
  return index < kNames.size() ? kNames[index] : std::string_view();
}

ProxyHeader ParseProxyHeader(std::string_view bytes, std::size_t max_bytes) noexcept {
  if (bytes.empty()) return {};
  return bytes.front() == kProxyLineBegin.front() ? ParseProxyLine(bytes)
                                                  : ParseProxyBlock(bytes, max_bytes);
}

}  // namespace weir
