// Every limit of a server, as one value.

#ifndef WEIR_REACTOR_LIMITS_H_
#define WEIR_REACTOR_LIMITS_H_

#include <cstdint>

#include "weir/parser/parser_limits.h"

namespace weir {

// What becomes of a connection beyond max_connections, of the server or of its listener: the values
// of Limits::overload_action.
enum class OverloadAction : std::uint64_t {
  kRespond503,  // it is answered 503 with Retry-After, and closed
  kReset,       // it is reset: the cheapest, and the client sees it at once
  kQueue,       // nothing is accepted until there is room: it waits in the kernel's queue
};

// By what the kernel shares new connections among the reactors: the values of Limits::distribution.
enum class Distribution : std::uint64_t {
  kHash,      // its own hash of addresses and ports
  kCpu,       // the CPU that the SYN arrives on, modulo the reactors
  kWeighted,  // at random, by ServerOptions::reactor_weights
};

// All limits can be changed while the server runs, through LimitsStore::Update or the admin
// service. limit_specs.h has the table of names, units, ranges, and what happens at each limit;
// a test holds this struct, the table, the .proto file and the documents to one another.
//
// Plain values: copy freely. Limits count per connection unless a comment says otherwise. Those
// that LimitSpec::per_listener marks can be set for one listener too.
struct Limits {
  // Connections that wait in the kernel's accept queue of one listener. The kernel caps it to
  // net.core.somaxconn: see AcceptQueueSample::backlog_effective. Default 4096.
  std::uint64_t listen_backlog = 4096;
  // Connections that one reactor accepts in one tick, so that a burst of them can't starve those
  // that are being served. Default 64.
  std::uint64_t accept_budget_per_tick = 64;
  // Open connections of the whole server. Default 16384.
  std::uint64_t max_connections = 16384;
  // Requests on one connection, then it is closed with the answer. Default 1000000.
  std::uint64_t max_requests_per_connection = 1000000;
  // Requests that one connection has served in one turn, of which a tick gives it one or two,
  // before others get theirs. Default 64.
  std::uint64_t request_budget_per_tick = 64;

  // The request line without its CRLF, in bytes. Default 8192.
  std::uint64_t max_request_line_bytes = 8192;
  // One field line without its CRLF, in bytes. Default 8192.
  std::uint64_t max_field_bytes = 8192;
  // The request line, all field lines and their CRLFs, in bytes. Also of trailers. Default 16384.
  std::uint64_t max_head_bytes = 16384;
  // Field lines of a request. Also of trailers. Default 100.
  std::uint64_t max_fields = 100;
  // Content of a request, in bytes; it is held in memory until the handler returns. Default 1 MiB.
  std::uint64_t max_body_bytes = 1024 * 1024;
  // Extensions of one chunk, in bytes. Default 1024.
  std::uint64_t max_chunk_extension_bytes = 1024;
  // Extensions of all chunks of one body, in bytes. Default 16384.
  std::uint64_t max_chunk_extensions_bytes_per_body = 16384;
  // Bytes of a chunked body that are not content, beyond which they may be 75 % of the body at
  // most. Default 102400.
  std::uint64_t max_chunk_overhead_bytes = 100 * 1024;

  // From the first byte of a head to its last, in ms; never extended. Default 10000.
  std::uint64_t head_timeout_ms = 10000;
  // From the end of a head to the end of its content, in ms; never extended. Default 60000.
  std::uint64_t body_timeout_ms = 60000;
  // Without a request, in ms. Default 60000.
  std::uint64_t idle_timeout_ms = 60000;
  // While output waits, without the client taking any, in ms. Default 30000.
  std::uint64_t write_timeout_ms = 30000;
  // Output that waits for the client, in bytes, beyond which no further request of it is read.
  // Default 65536.
  std::uint64_t max_pending_output_bytes = 65536;
  // How long, in ms, and how many bytes a refused request's rest is read and dropped, so that the
  // client sees the answer and not a reset. Defaults 2000 and 262144.
  std::uint64_t linger_timeout_ms = 2000;
  std::uint64_t max_linger_bytes = 256 * 1024;
  // From Drain() or SIGTERM to the end of the last connection, in ms. Default 10000.
  std::uint64_t drain_timeout_ms = 10000;

  // The length of the windows of AcceptQueueSample::depth_max_window, in ms. Default 1000.
  std::uint64_t accept_queue_window_ms = 1000;
  // Of so many accepted connections one has its time in the accept queue read; 0: none. Default 16.
  std::uint64_t accept_wait_sample_every = 16;
  // Of so many connections of a reactor one has the age of its first bytes read when it reads them;
  // 0: none. While it is not 0, the kernel stamps every packet that this host receives, a cost of
  // nanoseconds each. Default 0.
  std::uint64_t arrival_sample_every = 0;
  // Of so many requests of a reactor one is timed stage by stage; 0: none. Default 64.
  std::uint64_t timeline_sample_every = 64;

  // How often the watcher looks at every accept queue and reactor, in ms. Default 50.
  std::uint64_t watch_interval_ms = 50;
  // One turn of a reactor, in ms, from which on it is stalled: other reactors accept what waits for
  // it until that turn ends. The watcher looks as often as that takes. Default 5.
  std::uint64_t stall_threshold_ms = 5;
  // One turn of a reactor, in ms, from which on new connections are steered to the other reactors
  // until it ends. Default 100.
  std::uint64_t stall_steer_ms = 100;
  // One turn of a reactor, in ms, from which on there is an event of it. Default 200.
  std::uint64_t stall_event_ms = 200;

  // How fast content must come while it is waited for, as an average, in bytes a second; 0: however
  // slowly. Default 240.
  std::uint64_t min_body_bytes_per_second = 240;
  // How fast the client must take output that waits for it, as an average, in bytes a second; 0:
  // however slowly. Default 240.
  std::uint64_t min_write_bytes_per_second = 240;
  // How long content or output waits before its rate counts, in ms. Default 5000.
  std::uint64_t rate_grace_ms = 5000;
  // How often the SYN queue, the namespace's counters and the descriptors are read, in ms. Default
  // 1000.
  std::uint64_t kernel_sample_interval_ms = 1000;

  // Refused requests of one reactor that are kept in a second (Server::BadRequests); 0: none.
  // Default 10.
  std::uint64_t bad_requests_per_second = 10;
  // Bytes of the line that a request was refused for, which are kept with it; 0: none. Values of
  // Authorization, Proxy-Authorization, Cookie and Set-Cookie, and queries, are masked; others are
  // shown. Default 0.
  std::uint64_t bad_request_excerpt_bytes = 0;

  // Events of one kind that are told in a minute. Default 60.
  std::uint64_t max_events_per_minute = 60;

  // For listeners that name balancers (ListenerOptions::proxies). 0: nobody speaks the PROXY
  // protocol. 1: every connection from a balancer must begin with a PROXY header, and connections
  // from elsewhere are refused. 2: as 1, but those from elsewhere are served, as without it.
  // Default 1.
  std::uint64_t proxy_protocol = 1;
  // A PROXY header of version 2, in bytes; one of version 1 has 107 at most. Default 2048.
  std::uint64_t max_proxy_header_bytes = 2048;
  // What becomes of a connection beyond max_connections or max_connections_per_listener: an
  // OverloadAction. Default respond_503.
  std::uint64_t overload_action = 0;
  // The Retry-After of the 503 that refuses for overload, in seconds. Default 1.
  std::uint64_t retry_after_seconds = 1;
  // Open connections of one client address, over all reactors; 0: as many as it likes. Connections
  // that were accepted while it was 0 are not counted, nor are those of Unix sockets. Default 0.
  std::uint64_t max_connections_per_address = 0;
  // Open connections that came to one listener, over all reactors; 0: as many as the server may
  // have. Default 0.
  std::uint64_t max_connections_per_listener = 0;
  // How many bits of an IPv6 address make one client: its network, of which it has all addresses.
  // Default 64.
  std::uint64_t ipv6_prefix_bits = 64;
  // Connections that the server accepts in a second; 0: as many as come. Default 0.
  std::uint64_t max_accepts_per_second = 0;

  // Streams of the control plane at a time. Default 64.
  std::uint64_t max_watchers = 64;
  // Connections to the admin port at a time. Default 64.
  std::uint64_t max_admin_connections = 64;
  // How long connections may wait to be accepted, in ms: when nobody has waited less for
  // shed_interval_ms, new connections and requests are refused with 503 until somebody has, or
  // nobody waits; 0: never. Default 0.
  std::uint64_t shed_queue_delay_ms = 0;
  // For how long, in ms. Default 100.
  std::uint64_t shed_interval_ms = 100;

  // By what the kernel shares new connections among the reactors: a Distribution, named hash, cpu
  // and weighted. Default hash.
  std::uint64_t distribution = 0;

  // Reads of one connection in one of its turns, of which it gets two in a tick at most. Default 4.
  std::uint64_t read_budget_per_turn = 4;
  // Output that waited and that one connection sends in one of its turns, in bytes. Default 1 MiB.
  std::uint64_t send_budget_bytes_per_turn = 1024 * 1024;
  // What all connections of the server together hold of requests that are incomplete and output
  // that waits, in bytes. Each reactor adds what the others held at the end of their last tick, so
  // it can be passed by what is received in one tick. Default 1 GiB.
  std::uint64_t max_buffered_bytes = 1024 * 1024 * 1024;

  // Of so many requests of a reactor one has its head measured; 0: none. Default 64.
  std::uint64_t size_sample_every = 64;

  // The part that the parser judges by.
  ParserLimits parser() const noexcept;
};

// The defaults, but for the part that the parser judges by: what Limits::parser() gives back.
constexpr Limits WithParserLimits(const ParserLimits& parser) noexcept {
  Limits limits;
  limits.max_request_line_bytes = parser.max_request_line_bytes;
  limits.max_field_bytes = parser.max_field_bytes;
  limits.max_head_bytes = parser.max_head_bytes;
  limits.max_fields = parser.max_fields;
  limits.max_body_bytes = parser.max_body_bytes;
  limits.max_chunk_extension_bytes = parser.max_chunk_extension_bytes;
  limits.max_chunk_extensions_bytes_per_body = parser.max_chunk_extensions_bytes_per_body;
  limits.max_chunk_overhead_bytes = parser.max_chunk_overhead_bytes;
  return limits;
}

bool operator==(const Limits& a, const Limits& b) noexcept;
inline bool operator!=(const Limits& a, const Limits& b) noexcept { return !(a == b); }

}  // namespace weir

#endif  // WEIR_REACTOR_LIMITS_H_
