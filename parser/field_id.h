// Well-known fields of requests, each with an id, so that a switch can tell them apart.

#ifndef WEIR_PARSER_FIELD_ID_H_
#define WEIR_PARSER_FIELD_ID_H_

#include <cstdint>
#include <string_view>

namespace weir {

// Fields of requests from RFC 9110, 9111 and 9112, from the cookie, WebSocket, Fetch and Trace
// Context specifications, and what browsers and proxies add by custom; in the order of their names.
// Numbers may change from version to version: keep names.
enum class FieldId : std::uint8_t {
  kOther,  // any field that is not below
  kAccept,
  kAcceptCharset,
  kAcceptEncoding,
  kAcceptLanguage,
  kAccessControlRequestHeaders,
  kAccessControlRequestMethod,
  kAuthorization,
  kCacheControl,
  kConnection,
  kContentDisposition,
  kContentEncoding,
  kContentLanguage,
  kContentLength,
  kContentLocation,
  kContentRange,
  kContentType,
  kCookie,
  kDate,
  kDnt,
  kExpect,
  kForwarded,
  kFrom,
  kHost,
  kHttp2Settings,
  kIfMatch,
  kIfModifiedSince,
  kIfNoneMatch,
  kIfRange,
  kIfUnmodifiedSince,
  kKeepAlive,
  kLastModified,
  kLink,
  kMaxForwards,
  kOrigin,
  kPragma,
  kPrefer,
  kPriority,
  kProxyAuthorization,
  kProxyConnection,
  kRange,
  kReferer,
  kSecFetchDest,
  kSecFetchMode,
  kSecFetchSite,
  kSecFetchUser,
  kSecWebSocketExtensions,
  kSecWebSocketKey,
  kSecWebSocketProtocol,
  kSecWebSocketVersion,
  kTe,
  kTraceparent,
  kTracestate,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUpgradeInsecureRequests,
  kUserAgent,
  kVia,
  kXForwardedFor,
  kXForwardedHost,
  kXForwardedProto,
  kXRealIp,
  kXRequestId,
  kXRequestedWith,
};

// The id of the field with that name, in any case of its ASCII letters (RFC 9110 section 5.1), or
// kOther. Any thread.
FieldId IdentifyField(std::string_view name) noexcept;

// The name as its specification spells it; empty for kOther. Any thread.
std::string_view FieldName(FieldId id) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_FIELD_ID_H_
