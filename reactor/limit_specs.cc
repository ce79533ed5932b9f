#include "weir/reactor/limit_specs.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weir {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kDayMs = 86'400'000;

// In the order of enum class OverloadAction.
constexpr std::string_view kOverloadActions[] = {"respond_503", "reset", "queue"};

// In the order of enum class Distribution.
constexpr std::string_view kDistributions[] = {"hash", "cpu", "weighted"};

// The last member of a row.
constexpr bool kPerListener = true;

constexpr LimitSpec kSpecs[] = {
    {"listen_backlog", "connections", 1, 10'000'000, 4096, LimitApplies::kAtOnce,
     "SYN dropped by the kernel: the client tries again after 1 s",
     "accept_queue.discards_when_full",
     "Connections that wait in the kernel's accept queue of one listener.", &Limits::listen_backlog,
     nullptr, kPerListener},
    {"accept_budget_per_tick", "connections", 1, 65536, 64, LimitApplies::kAtOnce,
     "waits for the next tick", "accept_queue.depth",
     "Connections that one reactor accepts in one tick.", &Limits::accept_budget_per_tick, nullptr,
     kPerListener},
    {"max_connections", "connections", 1, 10'000'000, 16384, LimitApplies::kNextConnection,
     "503 and close", "connections_refused.max_connections",
     "Open connections of the whole server.", &Limits::max_connections},
    {"max_requests_per_connection", "requests", 1, 1'000'000'000, 1'000'000,
     LimitApplies::kNextRequest, "the answer, with Connection: close",
     "connections_closed.max_requests", "Requests on one connection.",
     &Limits::max_requests_per_connection},
    {"request_budget_per_tick", "requests", 1, 65536, 64, LimitApplies::kAtOnce,
     "waits for its next turn", "ticks",
     "Requests that one connection has served in one turn before others get theirs.",
     &Limits::request_budget_per_tick},
    {"max_request_line_bytes", "bytes", 64, kMiB, 8192, LimitApplies::kAtOnce, "414 and close",
     "parse_errors.target_too_long", "The request line without its CRLF.",
     &Limits::max_request_line_bytes},
    {"max_field_bytes", "bytes", 64, kMiB, 8192, LimitApplies::kAtOnce, "431 and close",
     "parse_errors.field_too_long", "One field line without its CRLF.", &Limits::max_field_bytes},
    {"max_head_bytes", "bytes", 128, kMiB, 16384, LimitApplies::kAtOnce, "431 and close",
     "parse_errors.head_too_large",
     "The request line, all field lines and their CRLFs; also a trailer section.",
     &Limits::max_head_bytes},
    {"max_fields", "fields", 1, 65536, 100, LimitApplies::kAtOnce, "431 and close",
     "parse_errors.too_many_fields", "Field lines of a request; also of a trailer section.",
     &Limits::max_fields},
    {"max_body_bytes", "bytes", 0, kGiB, kMiB, LimitApplies::kAtOnce, "413 and close",
     "parse_errors.body_too_large", "Content of one request, held in memory.",
     &Limits::max_body_bytes},
    {"max_chunk_extension_bytes", "bytes", 0, kMiB, 1024, LimitApplies::kAtOnce, "400 and close",
     "parse_errors.chunk_extension_too_long", "Extensions of one chunk.",
     &Limits::max_chunk_extension_bytes},
    {"max_chunk_extensions_bytes_per_body", "bytes", 0, 16 * kMiB, 16384, LimitApplies::kAtOnce,
     "400 and close", "parse_errors.chunk_extension_too_long",
     "Extensions of all chunks of one body.", &Limits::max_chunk_extensions_bytes_per_body},
    {"max_chunk_overhead_bytes", "bytes", 1024, kGiB, 100 * kKiB, LimitApplies::kAtOnce,
     "400 and close", "parse_errors.chunk_overhead",
     "Bytes of a chunked body that are not content, beyond which they may be 75 % of it at most.",
     &Limits::max_chunk_overhead_bytes},
    {"head_timeout_ms", "ms", 10, kDayMs, 10'000, LimitApplies::kNextTimer, "408 and close",
     "connections_closed.head_timeout", "From the first byte of a head to its last.",
     &Limits::head_timeout_ms},
    {"body_timeout_ms", "ms", 10, kDayMs, 60'000, LimitApplies::kNextTimer, "408 and close",
     "connections_closed.body_timeout", "From the end of a head to the end of its content.",
     &Limits::body_timeout_ms},
    {"idle_timeout_ms", "ms", 10, kDayMs, 60'000, LimitApplies::kNextTimer, "closed silently",
     "connections_closed.idle_timeout", "A connection without a request.",
     &Limits::idle_timeout_ms},
    {"write_timeout_ms", "ms", 10, kDayMs, 30'000, LimitApplies::kNextTimer, "closed",
     "connections_closed.write_timeout", "While output waits, without the client taking any of it.",
     &Limits::write_timeout_ms},
    {"max_pending_output_bytes", "bytes", 1024, kGiB, 64 * kKiB, LimitApplies::kAtOnce,
     "no further request is read until the client has taken output", "bytes_sent",
     "Output of one connection that waits for its client.", &Limits::max_pending_output_bytes},
    {"linger_timeout_ms", "ms", 0, 60'000, 2000, LimitApplies::kNextTimer, "closed",
     "connections_closed.parse_error",
     "How long the rest of a refused request is read and dropped.", &Limits::linger_timeout_ms},
    {"max_linger_bytes", "bytes", 0, kGiB, 256 * kKiB, LimitApplies::kNextTimer, "closed",
     "connections_closed.parse_error", "How much of a refused request is read and dropped.",
     &Limits::max_linger_bytes},
    {"drain_timeout_ms", "ms", 0, kDayMs, 10'000, LimitApplies::kNextTimer, "closed",
     "connections_closed.drain_cut", "From Drain() or SIGTERM to the end of the last connection.",
     &Limits::drain_timeout_ms},
    {"accept_queue_window_ms", "ms", 10, kDayMs, 1000, LimitApplies::kAtOnce, "a new window begins",
     "accept_queue.depth_max_window",
     "Over how long the recent maximum of an accept queue goes back: one to two such windows.",
     &Limits::accept_queue_window_ms},
    {"accept_wait_sample_every", "connections", 0, 1'000'000'000, 16, LimitApplies::kNextConnection,
     "not sampled", "timings.accept_queue_wait",
     "Of so many accepted connections one has its time in the accept queue read; 0: none.",
     &Limits::accept_wait_sample_every},
    {"arrival_sample_every", "connections", 0, 1'000'000'000, 0, LimitApplies::kNextConnection,
     "not sampled", "timings.arrival_age",
     "Of so many connections one has the age of its first bytes read with them; 0: none.",
     &Limits::arrival_sample_every},
    {"timeline_sample_every", "requests", 0, 1'000'000'000, 64, LimitApplies::kNextRequest,
     "not sampled", "timings.request",
     "Of so many requests of a reactor one is timed stage by stage; 0: none.",
     &Limits::timeline_sample_every},
    {"watch_interval_ms", "ms", 1, 10'000, 50, LimitApplies::kAtOnce, "the next look",
     "accept_queue.observed_time", "How often the watcher looks at every accept queue and reactor.",
     &Limits::watch_interval_ms},
    {"stall_threshold_ms", "ms", 1, kDayMs, 5, LimitApplies::kAtOnce,
     "other reactors accept what waits for it", "stalls",
     "One turn of a reactor, from which on it is stalled.", &Limits::stall_threshold_ms},
    {"stall_steer_ms", "ms", 1, kDayMs, 100, LimitApplies::kAtOnce,
     "new connections go to the other reactors", "accept_queue.steered_away",
     "One turn of a reactor, from which on new connections are steered away from it.",
     &Limits::stall_steer_ms},
    {"stall_event_ms", "ms", 1, kDayMs, 200, LimitApplies::kAtOnce, "the event reactor_stalled",
     "ticks", "One turn of a reactor, from which on there is an event of it.",
     &Limits::stall_event_ms},
    {"min_body_bytes_per_second", "bytes/s", 0, kGiB, 240, LimitApplies::kNextTimer,
     "408 and close", "connections_closed.body_rate",
     "How fast content must come while it is waited for, on average; 0: however slowly.",
     &Limits::min_body_bytes_per_second},
    {"min_write_bytes_per_second", "bytes/s", 0, kGiB, 240, LimitApplies::kNextTimer, "closed",
     "connections_closed.write_rate",
     "How fast a client must take output that waits for it, on average; 0: however slowly.",
     &Limits::min_write_bytes_per_second},
    {"rate_grace_ms", "ms", 0, kDayMs, 5000, LimitApplies::kNextTimer, "the rates count",
     "connections_closed.body_rate", "How long content or output waits before its rate counts.",
     &Limits::rate_grace_ms},
    {"bad_requests_per_second", "requests", 0, 10'000, 10, LimitApplies::kAtOnce, "not kept",
     "bad_requests_unrecorded",
     "Refused requests of one reactor that are kept for ListBadRequests in a second; 0: none.",
     &Limits::bad_requests_per_second},
    {"bad_request_excerpt_bytes", "bytes", 0, 4096, 0, LimitApplies::kAtOnce, "cut off",
     "bad_requests_unrecorded",
     "Of the line that a request was refused for, kept with it, with secrets masked; 0: nothing.",
     &Limits::bad_request_excerpt_bytes},
    {"kernel_sample_interval_ms", "ms", 100, kDayMs, 1000, LimitApplies::kAtOnce,
     "the next reading", "kernel.monotonic_time",
     "How often SYN queues, the namespace's counters, somaxconn and the descriptors are read.",
     &Limits::kernel_sample_interval_ms},
    {"max_events_per_minute", "events", 1, 1'000'000, 60, LimitApplies::kAtOnce,
     "counted, and told by the event events_suppressed", "events.suppressed",
     "Events of one kind that are told in a minute.", &Limits::max_events_per_minute},
    {"proxy_protocol", "mode", 0, 2, 1, LimitApplies::kNextConnection,
     "closed: no PROXY header, or not a balancer", "connections_refused.proxy_untrusted",
     "Of listeners with balancers: 0 no PROXY protocol, 1 from them alone, 2 others without it.",
     &Limits::proxy_protocol, nullptr, kPerListener},
    {"max_proxy_header_bytes", "bytes", 232, 65551, 2048, LimitApplies::kAtOnce, "closed",
     "proxy_errors.too_long", "A PROXY header of version 2.", &Limits::max_proxy_header_bytes},
    {"max_watchers", "streams", 0, 10'000, 64, LimitApplies::kNextRequest, "RESOURCE_EXHAUSTED",
     "control.watchers_refused", "Streams of the control plane at a time.", &Limits::max_watchers},
    {"max_admin_connections", "connections", 1, 10'000, 64, LimitApplies::kNextConnection,
     "closed at once", "control.connections_refused", "Connections to the admin port at a time.",
     &Limits::max_admin_connections},
    {"overload_action", "choice", 0, std::size(kOverloadActions) - 1, 0,
     LimitApplies::kNextConnection, "503 and close, reset, or not accepted",
     "connections_refused.max_connections",
     "What becomes of a connection beyond max_connections, of the server or per listener: it is "
     "answered, reset, or left in the accept queue until there is room.",
     &Limits::overload_action, kOverloadActions},
    {"retry_after_seconds", "s", 1, 86400, 1, LimitApplies::kAtOnce,
     "the client is asked to wait so long", "connections_refused.max_connections",
     "The Retry-After of the 503 that refuses for overload.", &Limits::retry_after_seconds},
    {"max_connections_per_address", "connections", 0, 10'000'000, 0, LimitApplies::kNextConnection,
     "503 and close, or reset", "connections_refused.max_connections_per_address",
     "Open connections of one client address, over all reactors; 0: as many as it likes.",
     &Limits::max_connections_per_address},
    {"max_connections_per_listener", "connections", 0, 10'000'000, 0, LimitApplies::kNextConnection,
     "as overload_action says", "connections_refused.max_connections_per_listener",
     "Open connections that came to one listener, over all reactors; 0: as many as the server may "
     "have.",
     &Limits::max_connections_per_listener, nullptr, kPerListener},
    {"ipv6_prefix_bits", "bits", 1, 128, 64, LimitApplies::kNextConnection,
     "addresses count together", "connections_refused.max_connections_per_address",
     "How many bits of an IPv6 address make one client.", &Limits::ipv6_prefix_bits},
    {"max_accepts_per_second", "connections", 0, 1'000'000, 0, LimitApplies::kAtOnce,
     "waits in the accept queue", "accept_pauses_rate",
     "Connections that the server accepts in a second; 0: as many as come.",
     &Limits::max_accepts_per_second},
    {"shed_queue_delay_ms", "ms", 0, kDayMs, 0, LimitApplies::kAtOnce, "503", "requests_shed",
     "How long connections may wait to be accepted before new ones and new requests are refused; "
     "0: however long.",
     &Limits::shed_queue_delay_ms},
    {"shed_interval_ms", "ms", 1, kDayMs, 100, LimitApplies::kAtOnce, "503", "requests_shed",
     "For how long nobody must have waited less before anything is refused.",
     &Limits::shed_interval_ms},
    {"distribution", "choice", 0, std::size(kDistributions) - 1, 0, LimitApplies::kNextConnection,
     "another reactor", "connections_accepted",
     "By what the kernel shares new connections among the reactors: a hash of addresses and ports, "
     "the CPU that the SYN arrives on, or chance, by their weights.",
     &Limits::distribution, kDistributions},
    {"read_budget_per_turn", "reads", 1, 65536, 4, LimitApplies::kAtOnce, "waits for its next turn",
     "ticks", "Reads of one connection in one turn, before others get theirs.",
     &Limits::read_budget_per_turn},
    {"send_budget_bytes_per_turn", "bytes", 1024, kGiB, kMiB, LimitApplies::kAtOnce,
     "waits for its next turn", "ticks",
     "Output that waited and that one connection sends in one turn, before others get theirs.",
     &Limits::send_budget_bytes_per_turn},
    {"max_buffered_bytes", "bytes", 64 * kKiB, 1024 * kGiB, kGiB, LimitApplies::kAtOnce,
     "503 and close", "connections_closed.buffered_bytes",
     "Incomplete requests and output that waits, of all connections of the server together.",
     &Limits::max_buffered_bytes},
    {"size_sample_every", "requests", 0, 1'000'000'000, 64, LimitApplies::kAtOnce, "not measured",
     "sizes.head", "Of so many requests of a reactor one has its head measured; 0: none.",
     &Limits::size_sample_every},
};

}  // namespace

std::string_view Describe(LimitApplies applies) noexcept {
  switch (applies) {
    case LimitApplies::kAtOnce:
      return "at once";
    case LimitApplies::kNextConnection:
      return "next connection";
    case LimitApplies::kNextRequest:
      return "next request";
    case LimitApplies::kNextTimer:
      return "next wait";
  }
  return "";
}

const LimitSpec* LimitSpecs::begin() const noexcept { return std::begin(kSpecs); }

const LimitSpec* LimitSpecs::end() const noexcept { return std::end(kSpecs); }

const LimitSpec* FindLimitSpec(std::string_view name) noexcept {
  const auto* const spec = std::find_if(std::begin(kSpecs), std::end(kSpecs),
                                        [name](const LimitSpec& s) { return s.name == name; });
  return spec == std::end(kSpecs) ? nullptr : spec;
}

std::string FormatLimit(const LimitSpec& spec, std::uint64_t value) {
  if (spec.names == nullptr || value > spec.max) return absl::StrCat(value);
  return std::string(spec.names[value]);
}

std::optional<std::uint64_t> ParseLimit(const LimitSpec& spec, std::string_view text) {
  for (std::uint64_t value = 0; spec.names != nullptr && value <= spec.max; ++value) {
    if (spec.names[value] == text) return value;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::string LimitRange(const LimitSpec& spec) {
  if (spec.names == nullptr) {
    return absl::StrCat(spec.min, " to ", spec.max, " ", std::string(spec.unit));
  }
  std::string range;
  for (std::uint64_t value = 0; value <= spec.max; ++value) {
    const char* const before = value == 0 ? "" : value == spec.max ? " or " : ", ";
    absl::StrAppend(&range, before, std::string(spec.names[value]));
  }
  return range;
}

std::string LimitFault(const LimitSpec& spec, std::uint64_t value) {
  if (value >= spec.min && value <= spec.max) return "";
  return absl::StrCat(std::string(spec.name), " = ", value, " is out of range: ", LimitRange(spec));
}

std::string PerListenerNames() {
  std::vector<std::string> names;
  for (const LimitSpec& spec : kSpecs) {
    if (spec.per_listener) names.emplace_back(spec.name);
  }
  return absl::StrJoin(names, ", ");
}

absl::Status CheckLimits(const Limits& limits) {
  std::vector<std::string> faults;
  for (const LimitSpec& spec : kSpecs) {
    std::string fault = LimitFault(spec, limits.*spec.member);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

}  // namespace weir
