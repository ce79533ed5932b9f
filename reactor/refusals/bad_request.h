// What is kept of a request that was refused.

#ifndef WEIR_REACTOR_REFUSALS_BAD_REQUEST_H_
#define WEIR_REACTOR_REFUSALS_BAD_REQUEST_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/reactor/socket_address.h"

namespace weir {

// A plain value. No value of a field is in it, unless Limits::bad_request_excerpt_bytes asks for an
// excerpt.
struct BadRequest {
  std::uint32_t reactor = 0;
  std::uint64_t sequence = 0;     // of this reactor's, from 1 without gaps
  std::int64_t monotonic_ns = 0;  // CLOCK_MONOTONIC
  std::int64_t wall_seconds = 0;  // CLOCK_REALTIME

  std::string_view kind;     // a ParseError's name, or a CloseReason's such as "head_timeout"
  int status = 0;            // of the answer; 0: it was cut, since an answer had begun
  bool in_content = false;   // `offset` counts from the end of the head, not from its first byte
  std::uint64_t offset = 0;  // of the byte that could not be accepted; of a late one, all that came
  std::uint64_t received = 0;  // bytes of the request that had come, as far as they were held
  // The field at `offset`, as received but for unprintable bytes, at most kMaxNameBytes; "" outside
  // of fields.
  std::string field_name;
  static constexpr std::size_t kMaxNameBytes = 64;

  std::string_view limit;         // the limit that was passed; "" for an error of another kind
  std::uint64_t limit_value = 0;  // at that moment
  std::uint64_t suggested = 0;    // a value that may let such requests pass; 0: there is none

  SocketAddress peer;  // the client, also behind a balancer that speaks the PROXY protocol
  std::uint64_t connection_age_ms = 0;
  std::uint32_t requests_before = 0;  // served on the connection
  // The line around `offset`, of the head, redacted; "" unless asked for.
  std::string excerpt;
};

}  // namespace weir

#endif  // WEIR_REACTOR_REFUSALS_BAD_REQUEST_H_
