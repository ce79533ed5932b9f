#include "weir/parser/field_id.h"

#include <array>
#include <cstddef>

#include "weir/parser/chars.h"

namespace weir {
namespace {

// By id.
constexpr std::string_view kNames[] = {
    "",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "DNT",
    "Expect",
    "Forwarded",
    "From",
    "Host",
    "HTTP2-Settings",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Modified",
    "Link",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Prefer",
    "Priority",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "TE",
    "Traceparent",
    "Tracestate",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "X-Request-ID",
    "X-Requested-With",
};
constexpr std::size_t kCount = sizeof(kNames) / sizeof(kNames[0]);
static_assert(kCount == static_cast<std::size_t>(FieldId::kXRequestedWith) + 1, "one for each id");

// A number below 256 that no two of the names share, in any case: FNV-1a from a start that was
// found by trying.
constexpr std::size_t Hash(std::string_view name) {
  std::uint32_t hash = 9394;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c) | 0x20u;
    hash *= 16777619;
  }
  return hash >> 16 & 255;
}

constexpr std::array<std::uint8_t, 256> MakeIds() {
  std::array<std::uint8_t, 256> ids{};
  for (std::size_t id = 1; id < kCount; ++id) ids[Hash(kNames[id])] = static_cast<std::uint8_t>(id);
  return ids;
}

constexpr std::array<std::uint8_t, 256> kIds = MakeIds();

constexpr bool IsEachFound() {
  for (std::size_t id = 1; id < kCount; ++id) {
    if (kIds[Hash(kNames[id])] != id) return false;
  }
  return true;
}
static_assert(IsEachFound(), "two names have one hash: choose another start");

}  // namespace

FieldId IdentifyField(std::string_view name) noexcept {
  const std::uint8_t id = kIds[Hash(name)];
  return internal::EqualsIgnoringCase(name, kNames[id]) ? static_cast<FieldId>(id)
                                                        : FieldId::kOther;
}

std::string_view FieldName(FieldId id) noexcept { return kNames[static_cast<std::size_t>(id)]; }

}  // namespace weir
