// An HTTP/1.1 server: one epoll reactor per CPU, each with a SO_REUSEPORT listener per address.

#ifndef WEIR_REACTOR_SERVER_H_
#define WEIR_REACTOR_SERVER_H_

#if __cplusplus < 201703L
#error "Weir needs C++17: build with -std=c++17 or newer."
#endif

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/events/event_log.h"
#include "weir/reactor/handler.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/limits_store.h"
#include "weir/reactor/listener_options.h"
#include "weir/reactor/refusals/bad_request.h"
#include "weir/reactor/server_stats.h"

namespace weir {

struct ServerOptions {
  // What to listen on, where one address is all: as ListenerOptions::address.
  std::string address = "127.0.0.1:8080";
  // Several listeners, or one with options of its own: 1 to 64, in place of `address`.
  std::vector<ListenerOptions> listeners;
  // Reactors, each with a thread and a listener. 0: one for each CPU that this process may use
  // (the affinity mask and the cgroup's CPU quota; see DefaultReactorCount). At most 1024.
  int reactors = 0;
  // How much of the new connections each reactor gets of an IP address while Limits::distribution
  // is weighted: its share of the sum. One for each reactor, 0 to 65535, of which 0 is for none,
  // and not all 0. Empty: all the same.
  std::vector<std::uint32_t> reactor_weights;
  // Whether another process may listen on the same addresses at the same time, as for a restart
  // without a gap. Otherwise an address in use is refused: the kernel would split connections
  // between the two without a word.
  bool share_address = false;
  // The limits to begin with: version 1.
  Limits limits;
  // Whether Wait() catches SIGTERM and SIGINT while it runs, and drains on them.
  bool handle_signals = true;
  // If not 0: the listeners get SO_MARK first_listener_mark and the numbers that follow, reactor by
  // reactor for each address, by which the kernel tells half-open connections apart
  // (SynQueueSample). Accepted connections inherit it, which routing
  // and firewall rules by mark may see. Without CAP_NET_ADMIN there is no mark, and
  // SynQueueSample::note says so.
  std::uint32_t first_listener_mark = 0;
  // Told of each event of Server::events(), in a thread of the library's, until the server is
  // destroyed. None: a line for each goes to standard error, which is never waited for
  // (DescriptorSink). To hear nothing, give a function that does nothing.
  EventSink on_event;
};

// What the end of a server came to.
struct DrainReport {
  std::uint64_t connections_finished = 0;    // ended with nothing lost
  std::uint64_t connections_cut = 0;         // ended by the deadline with work under way
  std::uint64_t connections_queued_cut = 0;  // never accepted: still queued at the deadline
};

// Any thread may call any method but the destructor.
class Server {
 public:
  // Listens, starts the reactors and returns. INVALID_ARGUMENT for an option out of range, with the
  // range; ALREADY_EXISTS when the address is in use; PERMISSION_DENIED for a port that this
  // process may not bind; RESOURCE_EXHAUSTED for want of descriptors or threads;
  // FAILED_PRECONDITION when WEIR_SIMD names an instruction set that this CPU does not have.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       AnyHandler handler);
  // The same with a handler for each reactor. INTERNAL if `factory` throws.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const HandlerFactory& factory);

  // Drains with a deadline of 0 if it still runs. ResponseWriters may outlive the server: sending
  // then says kClientGone.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Of the first listener: "127.0.0.1:8080", with the port that the kernel chose.
  const std::string& address() const noexcept;
  std::uint16_t port() const noexcept;
  // What it listens on, in the order of the options, with what those give each for itself;
  // ServerStats::listeners has what is set for it now.
  const std::vector<ListenerInfo>& listeners() const noexcept;
  int reactors() const noexcept;
  // Random, 32 hex digits: names this start of the server.
  const std::string& boot_id() const noexcept;

  // The live limits. Update them here or through the admin service: they are the same.
  LimitsStore& limits() noexcept;

  // `requested` as this host lets it act: listen_backlog under net.core.somaxconn, max_connections
  // under RLIMIT_NOFILE, and lines under max_head_bytes.
  Limits EffectiveLimits(const Limits& requested) const;

  // A sentence for each value that is capped, of the server or of a listener, with the value, the
  // cap and the fix.
  std::vector<std::string> LimitWarnings(const LimitsSnapshot& snapshot) const;

  // Waits until every reactor works by `version` or newer, at most `timeout_ms`. Returns whether
  // they all do.
  bool WaitForLimits(std::uint64_t version, std::uint64_t timeout_ms) const;

  // Samples every accept queue and reads every counter. Takes microseconds; no reactor waits.
  ServerStats Stats() const;

  // Of Stats() what tells of the queues and of how far the limits have come: boot_id, times,
  // draining, versions and the kernel's, and of each reactor its number, applied_limits_version and
  // queues. The rest is zero. It costs a busy reactor less, which keeps the cache lines of its
  // counters.
  ServerStats QueueStats() const;

  // The last requests that were refused, of all reactors, oldest first. Takes microseconds; no
  // reactor waits. The sum of Counter::kBadRequestsUnrecorded says how many are not among them.
  std::vector<BadRequest> BadRequests() const;

  // What has happened that somebody must know of, such as refused connections: kept also while
  // nobody reads. Looked for every Limits::watch_interval_ms.
  EventLog& events() noexcept;

  // Stops listening, finishes the requests under way (answers say Connection: close), closes idle
  // connections, and cuts what is left after Limits::drain_timeout_ms. Returns at once; Wait()
  // waits. A second call can only bring the end forward.
  void Drain();
  // The same with a deadline of its own.
  void Drain(std::uint64_t timeout_ms);

  // Whether a drain has begun, by whatever means.
  bool draining() const noexcept;

  // Waits until the server has drained: after Drain(), or after SIGTERM or SIGINT where
  // ServerOptions::handle_signals says so.
  DrainReport Wait();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// How many reactors ServerOptions::reactors = 0 gives: the CPUs of this thread's affinity mask
// (sched_getaffinity(2)), but no more than the cgroup's quota rounded up (cpu.max of cgroup v2,
// cpu.cfs_quota_us of v1), and at least 1.
int DefaultReactorCount();

}  // namespace weir

#endif  // WEIR_REACTOR_SERVER_H_
