// What a server counts: plain values, taken by Server::Stats() from any thread.

#ifndef WEIR_REACTOR_SERVER_STATS_H_
#define WEIR_REACTOR_SERVER_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/parse_error.h"
#include "weir/parser/proxy/proxy_header.h"
#include "weir/reactor/kernel_stats.h"
#include "weir/reactor/log_histogram.h"
#include "weir/reactor/shadow_limits.h"
#include "weir/reactor/size_histogram.h"

namespace weir {

// Counters of one reactor, each cumulative since the server started.
enum class Counter : std::uint8_t {
  kTicks,                // turns of the event loop
  kConnectionsAccepted,  // taken from the accept queue, those refused at once included
  kRequests,             // complete requests given to the handler
  kResponses1xx,         // interim answers (100 Continue)
  kResponses2xx,         // answers by class, those that Weir itself gives included
  kResponses3xx,
  kResponses4xx,
  kResponses5xx,
  kBytesReceived,          // from sockets
  kBytesSent,              // to sockets
  kHandlerExceptions,      // handlers that threw: answered with 500
  kResponsesUnsent,        // ResponseWriters destroyed without an answer: answered with 500
  kResponsesClientGone,    // answers for which the client had gone
  kResponsesInvalid,       // answers refused for their status, a field name or a field value
  kAcceptFailures,         // accept4 errors, but for want of descriptors or memory
  kAcceptPauses,           // times that a listener was disarmed for want of descriptors or memory
  kDrainQueueCut,          // connections lost because they were still queued at drain_timeout_ms
  kBadRequestsUnrecorded,  // refused requests that are not among those that are kept
  kProxyHeaders,           // PROXY headers that were taken
  kAcceptPausesFull,       // times that a listener was disarmed because max_connections were open
  kAcceptPausesRate,       // times that a listener was disarmed for max_accepts_per_second
  kRequestsShed,           // of kRequests: answered with 503 in place of the handler, for overload
  kWaitFailures,           // epoll_wait errors: something in this process broke the reactor's epoll
  kAcceptPausesFailed,     // times that a listener was disarmed because accept4 would go on to fail
  kStalls,                 // turns of stall_threshold_ms or longer
  kConnectionsRescued,     // of the accepted: from the accept queues of stalled reactors
  kAcceptPausesListenerFull,  // the same as kAcceptPausesFull, for max_connections_per_listener
  kArrivalsAhead,  // sampled arrival_age of less than 0, told as 0: the clock was set back
};
inline constexpr std::size_t kCounterCount = static_cast<std::size_t>(Counter::kArrivalsAhead) + 1;

// Why a connection was refused before any byte of it was read.
enum class RefuseReason : std::uint8_t {
  kMaxConnections,  // max_connections: answered 503 and closed
  kMemory,          // no memory for it, here or in the kernel (epoll_ctl(2) failed)
  kProxyUntrusted,  // proxy_protocol is 1, and the peer is none of ListenerOptions::proxies: closed
  kMaxConnectionsReset,            // max_connections: reset
  kMaxConnectionsPerAddress,       // max_connections_per_address: answered 503 and closed
  kMaxConnectionsPerAddressReset,  // the same: reset
  kShed,                       // waited longer than shed_queue_delay_ms: answered 503 and closed
  kShedReset,                  // the same: reset
  kMaxConnectionsPerListener,  // max_connections_per_listener: answered 503 and closed
  kMaxConnectionsPerListenerReset,  // the same: reset
};
inline constexpr std::size_t kRefuseReasonCount =
    static_cast<std::size_t>(RefuseReason::kMaxConnectionsPerListenerReset) + 1;

// Why a connection ended. Every end has exactly one reason.
enum class CloseReason : std::uint8_t {
  kClientClosed,        // the client closed between requests
  kClientAborted,       // the client closed, or reset, with a request or an answer under way
  kAnswered,            // the answer said Connection: close at the client's or handler's wish
  kMaxRequests,         // max_requests_per_connection
  kParseError,          // a refused request: parse_errors tells the kind
  kHeadTimeout,         // head_timeout_ms: answered 408
  kBodyTimeout,         // body_timeout_ms: answered 408
  kIdleTimeout,         // idle_timeout_ms: closed silently
  kWriteTimeout,        // write_timeout_ms
  kConnectUnsupported,  // CONNECT that no handler took: answered 501
  kSocketError,         // recv, send or epoll_ctl failed otherwise
  kNoMemory,            // this process could not allocate what serving it needs
  kDrained,             // ended by Drain with nothing under way
  kDrainCut,            // cut at drain_timeout_ms with a request or an answer under way
  kResponseCut,         // a streamed answer that its handler gave up, or a file that has shrunk
  kBodyRate,            // min_body_bytes_per_second: answered 408
  kWriteRate,           // min_write_bytes_per_second
  kProxyHeader,         // what should be a PROXY header is none: proxy_errors tells the kind
  kHandedOver,          // its socket went to a handler's new owner, after Upgrade or CONNECT
  kBufferedBytes,       // max_buffered_bytes: answered 503
  // The same as RefuseReason says, of a client that a balancer relays: answered 503, or reset.
  kMaxConnectionsPerAddress,
};
inline constexpr std::size_t kCloseReasonCount =
    static_cast<std::size_t>(CloseReason::kMaxConnectionsPerAddress) + 1;

// Durations that a reactor samples.
enum class Timing : std::uint8_t {
  // In the accept queue: tcpi_last_data_sent of a connection that was just accepted, one of
  // accept_wait_sample_every, in steps of ServerStats::jiffy_ns, but no longer than since the queue
  // was last seen empty.
  kAcceptQueueWait,
  // Of requests, one of timeline_sample_every; each stage begins where the one before it ends.
  kFirstByte,  // from accepting to the first byte; of first requests of their connections
  kHead,       // to the last byte of the head
  kBody,       // to the last byte of the content
  kAnswer,     // to the answer in the kernel's hands; of those that leave in one send, once
  kRequest,    // from the first byte to there
  // Of one of arrival_sample_every connections: how old the bytes of its first read were then, from
  // when the kernel got the packet (SO_TIMESTAMPNS), to about 10 us. Of what came in several
  // packets
  // it is the newest one's, which is what the kernel keeps (tcp_update_recv_tstamps in
  // net/ipv4/tcp.c): the first byte is at least that old. By CLOCK_REALTIME.
  kArrivalAge,
};
inline constexpr std::size_t kTimingCount = static_cast<std::size_t>(Timing::kArrivalAge) + 1;

// Sizes of whole heads that a reactor samples, one of size_sample_every. Heads that are refused are
// not among them. Each is what the limit of a like name counts.
enum class Size : std::uint8_t {
  kHead,          // max_head_bytes
  kRequestLine,   // max_request_line_bytes
  kLongestField,  // max_field_bytes: the longest field line of the head
  kCookie,        // all field lines named Cookie, without their CRLFs; of heads that have any
  kFields,        // max_fields
};
inline constexpr std::size_t kSizeCount = static_cast<std::size_t>(Size::kFields) + 1;
using SizesOfHeads = std::array<SizeCounts, kSizeCount>;

// snake_case names, as in the .proto file and in metrics. Any thread.
std::string_view Name(Counter counter) noexcept;
std::string_view Name(RefuseReason reason) noexcept;
std::string_view Name(CloseReason reason) noexcept;
std::string_view Name(Timing timing) noexcept;
std::string_view Name(Size size) noexcept;

// The accept queue of one listener, as the kernel tells it now (TCP_INFO and SO_MEMINFO on a
// listening socket; net/ipv4/tcp.c tcp_get_info, net/core/sock.c sk_get_meminfo).
struct AcceptQueueSample {
  std::uint32_t depth = 0;              // connections that wait now
  std::uint32_t depth_max = 0;          // the most seen since the listener was opened
  std::uint32_t backlog_effective = 0;  // what the kernel took; the queue holds one more
  std::uint64_t backlog_requested = 0;  // what listen() was last asked for
  std::uint64_t discards = 0;  // packets that the listener dropped, for any reason: not overflows
  // The most seen in the present window of accept_queue_window_ms and in the one before it.
  std::uint32_t depth_max_window = 0;
  // How long more than half of backlog_effective waited, and how long the queue was watched. Each
  // look at the queue stands until the next: their quotient is the share of the time over half.
  std::uint64_t over_half_ns = 0;
  std::uint64_t over_half_looks = 0;  // looks that found more than half
  std::uint64_t observed_ns = 0;
  // Discards between two samples of which one, or a look of the reactor between them, saw the queue
  // full: attributed to overflow. A refused attempt is one or two of them, since the kernel counts
  // a dropped final ACK twice (tcp_v4_syn_recv_sock and tcp_v4_rcv in net/ipv4/tcp_ipv4.c).
  std::uint64_t discards_when_full = 0;
  // Its reactor is stalled: the other reactors accept from it now. And how many they took so far.
  bool lent = false;
  std::uint64_t taken_by_peers = 0;
  // Its reactor is stalled, or drains: new connections go to the other listeners now.
  bool steered_away = false;
};

// The accept queue of one of the server's listeners in one reactor.
struct ListenerQueue {
  std::string listener;  // its name: ListenerInfo
  // Taken from this queue by its own reactor, those refused at once included; what other reactors
  // took from it is AcceptQueueSample::taken_by_peers, and in their Counter::kConnectionsRescued.
  std::uint64_t connections_accepted = 0;
  // Of this listener and reactor, from whichever queue: open now, and refused so far for
  // max_connections_per_listener.
  std::uint64_t connections_active = 0;
  std::uint64_t connections_refused = 0;
  AcceptQueueSample queue;
  // Whether the queue is that of a Unix socket, which all reactors accept from. The first tells
  // what it is like, the others nothing. Where it is full, clients wait: the kernel drops none.
  // What the kernel does not tell, for want of unix_diag, is 0.
  bool shared = false;
};

// What a shadow limit would have refused, since a reactor adopted its value.
struct ShadowCount {
  std::uint64_t since_version = 0;  // LimitsSnapshot::version at which that was; 0: none is set
  std::uint64_t value = 0;
  std::uint64_t judged = 0;   // requests
  std::uint64_t refused = 0;  // of these: those that would have been
};

// Of one reactor, all but its histograms.
struct ReactorCounts {
  std::uint32_t reactor = 0;                   // index from 0
  std::uint64_t applied_limits_version = 0;    // LimitsSnapshot::version that it works by
  std::uint64_t connections_active = 0;        // open now
  std::uint64_t connections_idle = 0;          // of these: between requests
  std::uint64_t responses_pending = 0;         // requests whose ResponseWriter has not answered yet
  std::uint64_t buffered_bytes = 0;            // of max_buffered_bytes, as of its last tick
  bool busy = false;                           // in a tick, not waiting for events
  std::uint64_t tick_age_ns = 0;               // since its present or last tick began
  AcceptQueueSample accept_queue;              // of the first listener
  std::vector<ListenerQueue> listener_queues;  // of every listener, in the order of the options
  std::array<std::uint64_t, kCounterCount> counters{};
  std::array<std::uint64_t, kRefuseReasonCount> connections_refused{};
  std::array<std::uint64_t, kCloseReasonCount> connections_closed{};
  std::array<std::uint64_t, kParseErrorCount> parse_errors{};
  std::array<std::uint64_t, kProxyErrorCount> proxy_errors{};  // refused PROXY headers, by kind
  ProxyError last_proxy_error = ProxyError::kNone;             // of the newest of them
  std::uint64_t last_proxy_error_offset = 0;                   // its byte, counted from 0
};

struct ReactorStats : ReactorCounts {
  std::array<HistogramCounts, kTimingCount> timings{};
  SizesOfHeads sizes{};
  std::array<ShadowCount, kShadowCount> shadows{};  // by ShadowOf
};

// What a server listens on.
struct ListenerInfo {
  std::string name;     // as ListenerOptions says
  std::string address;  // with the port that the kernel chose
  std::uint16_t port = 0;
  std::uint64_t listen_backlog = 0;  // set for it, in place of the server's limit; 0: nothing is
  // Set for it, in place of the server's limit; none: nothing is.
  std::optional<std::uint64_t> max_connections_per_listener = {};
};

struct ServerStats {
  std::string boot_id;             // random, 32 hex digits: a restart has another
  std::uint64_t monotonic_ns = 0;  // CLOCK_MONOTONIC when this was taken
  std::uint64_t uptime_ns = 0;     // since Server::Start
  std::string address;             // of its first listener
  std::vector<ListenerInfo> listeners;
  bool draining = false;
  std::uint64_t limits_version = 0;    // LimitsSnapshot::version in force; reactors may lag a tick
  std::uint64_t backlogs_version = 0;  // the newest whose backlogs every listener was asked for
  std::vector<ReactorStats> reactors;
  // Programs for Limits::distribution, or for a drain, that the kernel refused.
  std::uint64_t steering_failures = 0;
  std::uint64_t jiffy_ns = 0;         // the resolution of Timing::kAcceptQueueWait on this host
  std::vector<std::string> warnings;  // each says what, the values and the fix
  KernelStats kernel;
  std::uint64_t events_newest = 0;      // the sequence of the last event
  std::uint64_t events_suppressed = 0;  // those beyond Limits::max_events_per_minute
};

}  // namespace weir

#endif  // WEIR_REACTOR_SERVER_STATS_H_
