#include "weir/reactor/server_stats.h"

namespace weir {
namespace {

// In the order of the enums.
constexpr std::array<std::string_view, kCounterCount> kCounterNames = {
    "ticks",
    "connections_accepted",
    "requests",
    "responses_1xx",
    "responses_2xx",
    "responses_3xx",
    "responses_4xx",
    "responses_5xx",
    "bytes_received",
    "bytes_sent",
    "handler_exceptions",
    "responses_unsent",
    "responses_client_gone",
    "responses_invalid",
    "accept_failures",
    "accept_pauses",
    "drain_queue_cut",
    "bad_requests_unrecorded",
    "proxy_headers",
    "accept_pauses_full",
    "accept_pauses_rate",
    "requests_shed",
    "wait_failures",
    "accept_pauses_failed",
    "stalls",
    "connections_rescued",
    "accept_pauses_listener_full",
    "arrivals_ahead",
};
constexpr std::array<std::string_view, kRefuseReasonCount> kRefuseReasonNames = {
    "max_connections",
    "memory",
    "proxy_untrusted",
    "max_connections_reset",
    "max_connections_per_address",
    "max_connections_per_address_reset",
    "shed",
    "shed_reset",
    "max_connections_per_listener",
    "max_connections_per_listener_reset",
};
constexpr std::array<std::string_view, kCloseReasonCount> kCloseReasonNames = {
    "client_closed",
    "client_aborted",
    "answered",
    "max_requests",
    "parse_error",
    "head_timeout",
    "body_timeout",
    "idle_timeout",
    "write_timeout",
    "connect_unsupported",
    "socket_error",
    "no_memory",
    "drained",
    "drain_cut",
    "response_cut",
    "body_rate",
    "write_rate",
    "proxy_header",
    "handed_over",
    "buffered_bytes",
    "max_connections_per_address",
};
constexpr std::array<std::string_view, kTimingCount> kTimingNames = {
    "accept_queue_wait", "first_byte", "head", "body", "answer", "request", "arrival_age",
};
constexpr std::array<std::string_view, kSizeCount> kSizeNames = {
    "head", "request_line", "longest_field", "cookie", "fields",
};
static_assert(!kCounterNames.back().empty() && !kRefuseReasonNames.back().empty() &&
                  !kCloseReasonNames.back().empty() && !kTimingNames.back().empty() &&
                  !kSizeNames.back().empty(),
              "every value has a name");

template <std::size_t kSize>
std::string_view NameAt(const std::array<std::string_view, kSize>& names,
                        std::size_t index) noexcept {
  return index < kSize ? names[index] : std::string_view();
}

}  // namespace

std::string_view Name(Counter counter) noexcept {
  return NameAt(kCounterNames, static_cast<std::size_t>(counter));
}

std::string_view Name(RefuseReason reason) noexcept {
  return NameAt(kRefuseReasonNames, static_cast<std::size_t>(reason));
}

std::string_view Name(CloseReason reason) noexcept {
  return NameAt(kCloseReasonNames, static_cast<std::size_t>(reason));
}

std::string_view Name(Timing timing) noexcept {
  return NameAt(kTimingNames, static_cast<std::size_t>(timing));
}

std::string_view Name(Size size) noexcept {
  return NameAt(kSizeNames, static_cast<std::size_t>(size));
}

}  // namespace weir
