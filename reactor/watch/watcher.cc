#include "weir/reactor/watch/watcher.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

std::uint64_t ToMs(std::int64_t ns) { return static_cast<std::uint64_t>(ns) / kNsPerMs; }

std::uint64_t CountOf(const ReactorCounts& stats, Counter counter) {
  return stats.counters[static_cast<std::size_t>(counter)];
}

// How many wait in all queues of that reactor.
std::uint64_t Waiting(const ReactorCounts& stats) {
  std::uint64_t depth = 0;
  for (const ListenerQueue& it : stats.listener_queues) depth += it.queue.depth;
  return depth;
}

// How many its peers took from them.
std::uint64_t TakenByPeers(const ReactorCounts& stats) {
  std::uint64_t taken = 0;
  for (const ListenerQueue& it : stats.listener_queues) taken += it.queue.taken_by_peers;
  return taken;
}

bool IsLent(const ReactorCounts& stats) {
  return std::any_of(stats.listener_queues.begin(), stats.listener_queues.end(),
                     [](const ListenerQueue& it) { return it.queue.lent; });
}

// An event of that reactor.
Event Make(EventKind kind, const ReactorCounts& stats) {
  Event event;
  event.kind = kind;
  event.reactor = static_cast<std::int32_t>(stats.reactor);
  event.numbers = {{"depth", Waiting(stats)}};
  return event;
}

// An event of one of its queues, with what that was like.
Event Make(EventKind kind, const ReactorCounts& stats, const ListenerQueue& listener) {
  Event event = Make(kind, stats);
  if (listener.shared) event.reactor = Event::kWholeServer;
  event.listener = listener.listener;
  event.numbers = {{"depth", listener.queue.depth}, {"backlog", listener.queue.backlog_effective}};
  return event;
}

std::string Queue(const ReactorCounts& stats, const ListenerQueue& listener) {
  const std::string queue = absl::StrCat("the accept queue of ", listener.listener);
  return listener.shared ? queue : absl::StrCat(queue, " in reactor ", stats.reactor);
}

}  // namespace

void Watcher::Step(std::int64_t now_ns, const std::vector<ReactorCounts>& reactors,
                   const Limits& limits) {
  known_.resize(reactors.size());
  for (std::size_t i = 0; i < reactors.size(); ++i) {
    LookAtStall(reactors[i], limits, &known_[i]);
    LookAtQueues(now_ns, reactors[i], &known_[i]);
    LookAtPauses(now_ns, reactors[i], &known_[i]);
    LookAtProxies(now_ns, reactors[i], &known_[i]);
  }
  LookAtBacklogs(reactors);
  log_->TellSuppressed();
}

Watcher::Change Watcher::Move(Burst* burst, std::uint64_t number, std::int64_t now_ns,
                              bool may_end) {
  if (number != burst->seen) {
    const std::uint64_t before = std::exchange(burst->seen, number);
    burst->moved_ns = now_ns;
    if (burst->active) return Change::kNone;
    burst->active = true;
    burst->before = before;
    burst->began_ns = now_ns;
    return Change::kBegan;
  }
  if (!burst->active || !may_end || now_ns - burst->moved_ns < kQuietNs) return Change::kNone;
  burst->active = false;
  return Change::kEnded;
}

void Watcher::LookAtStall(const ReactorCounts& stats, const Limits& limits, Known* known) {
  const std::uint64_t tick = CountOf(stats, Counter::kTicks);
  const std::uint64_t taken = TakenByPeers(stats);
  if (known->stalled && (!stats.busy || tick != known->tick)) {
    known->stalled = false;
    Event event = Make(EventKind::kReactorRecovered, stats);
    event.numbers.emplace_back("tick_age_ms", known->stalled_ns / kNsPerMs);
    event.numbers.emplace_back("taken_by_peers", taken - known->taken_before);
    event.text = absl::StrCat("reactor ", stats.reactor, " goes on after a turn of more than ",
                              known->stalled_ns / kNsPerMs, " ms; the others took ",
                              taken - known->taken_before, " connections that waited for it");
    log_->Append(std::move(event));
  }
  if (tick != known->tick) known->taken_before = known->taken;
  known->tick = tick;
  known->taken = taken;
  if (!stats.busy || stats.tick_age_ns < limits.stall_event_ms * kNsPerMs) return;
  known->stalled_ns = stats.tick_age_ns;
  if (std::exchange(known->stalled, true)) return;
  Event event = Make(EventKind::kReactorStalled, stats);
  event.numbers.emplace_back("tick_age_ms", stats.tick_age_ns / kNsPerMs);
  event.numbers.emplace_back("connections_active", stats.connections_active);
  event.text = absl::StrCat("one turn of reactor ", stats.reactor, " has lasted ",
                            stats.tick_age_ns / kNsPerMs, " ms; ", Waiting(stats),
                            " connections wait to be accepted and ", stats.connections_active,
                            " accepted ones are not served meanwhile",
                            IsLent(stats) ? "; other reactors accept for it" : "");
  event.fix = "a handler blocks: answer from another thread";
  log_->Append(std::move(event));
}

void Watcher::LookAtQueues(std::int64_t now_ns, const ReactorCounts& stats, Known* known) {
  known->queues.resize(stats.listener_queues.size());
  for (std::size_t i = 0; i < known->queues.size(); ++i) {
    LookAtDepth(now_ns, stats, stats.listener_queues[i], &known->queues[i]);
    LookAtDiscards(now_ns, stats, stats.listener_queues[i], &known->queues[i]);
  }
}

void Watcher::LookAtDepth(std::int64_t now_ns, const ReactorCounts& stats,
                          const ListenerQueue& listener, KnownQueue* known) {
  const AcceptQueueSample& queue = listener.queue;
  const std::uint64_t depth = queue.depth;
  const bool may_end = depth * 4 <= queue.backlog_effective;
  const Change change = Move(&known->over_half, queue.over_half_looks, now_ns, may_end);
  if (change == Change::kNone) return;
  const bool began = change == Change::kBegan;
  Event event =
      Make(began ? EventKind::kQueueOverHalf : EventKind::kQueueUnderHalf, stats, listener);
  if (began) {
    event.numbers.emplace_back("depth_max", queue.depth_max);
    event.text =
        absl::StrCat(Queue(stats, listener), " has held over half of its ", queue.backlog_effective,
                     ": ", depth, " wait now, ", queue.depth_max, " did at most");
    event.fix = "raise listen_backlog, or find what keeps the reactor from accepting";
  } else {
    event.text = absl::StrCat(Queue(stats, listener), " is down to ", depth, " of ",
                              queue.backlog_effective);
  }
  log_->Append(std::move(event));
}

void Watcher::LookAtDiscards(std::int64_t now_ns, const ReactorCounts& stats,
                             const ListenerQueue& listener, KnownQueue* known) {
  const AcceptQueueSample& queue = listener.queue;
  Burst* const burst = &known->discards;
  const bool full = queue.depth > queue.backlog_effective;
  const Change change = Move(burst, queue.discards_when_full, now_ns, !full);
  if (change == Change::kNone) return;
  const bool began = change == Change::kBegan;
  Event event =
      Make(began ? EventKind::kOverflowBegan : EventKind::kOverflowEnded, stats, listener);
  // A refused attempt is one or two discards: AcceptQueueSample says why.
  const std::uint64_t discards = burst->seen - burst->before;
  const std::uint64_t refused = (discards + 1) / 2;
  event.numbers.emplace_back("discards", discards);
  event.numbers.emplace_back("refused_at_least", refused);
  event.numbers.emplace_back("discards_when_full", queue.discards_when_full);
  const std::string lost =
      absl::StrCat(discards, " packets of at least ", refused, " attempts to connect");
  if (began) {
    event.text = absl::StrCat(Queue(stats, listener), " is full with ", queue.depth_max,
                              " connections: the kernel has dropped ", lost);
    event.fix = "raise listen_backlog and net.core.somaxconn, or find what keeps it from accepting";
  } else {
    event.numbers.emplace_back("duration_ms", ToMs(burst->moved_ns - burst->began_ns));
    event.text = absl::StrCat(Queue(stats, listener), " has room again; the kernel dropped ", lost);
  }
  log_->Append(std::move(event));
}

void Watcher::LookAtPauses(std::int64_t now_ns, const ReactorCounts& stats, Known* known) {
  Burst* const burst = &known->pauses;
  const Change change =
      Move(burst, CountOf(stats, Counter::kAcceptPauses), now_ns, !known->stalled);
  if (change == Change::kNone) return;
  const bool began = change == Change::kBegan;
  Event event = Make(began ? EventKind::kAcceptPaused : EventKind::kAcceptResumed, stats);
  const std::uint64_t pauses = burst->seen - burst->before;
  event.numbers.emplace_back("pauses", pauses);
  if (began) {
    event.text = absl::StrCat("reactor ", stats.reactor,
                              " does not accept for want of descriptors or memory; ",
                              Waiting(stats), " connections wait");
    event.fix = "raise RLIMIT_NOFILE (\"ulimit -n\") or fs.file-max, or lower max_connections";
  } else {
    event.numbers.emplace_back("duration_ms", ToMs(burst->moved_ns - burst->began_ns));
    event.text =
        absl::StrCat("reactor ", stats.reactor, " accepts again, after ", pauses, " pauses");
  }
  log_->Append(std::move(event));
}

// One event for each burst of them. Its end needs no event: it is when nobody tries any more.
void Watcher::LookAtProxies(std::int64_t now_ns, const ReactorCounts& stats, Known* known) {
  const std::uint64_t untrusted =
      stats.connections_refused[static_cast<std::size_t>(RefuseReason::kProxyUntrusted)];
  const std::uint64_t headers =
      stats.connections_closed[static_cast<std::size_t>(CloseReason::kProxyHeader)];
  Burst* const burst = &known->proxies;
  if (Move(burst, untrusted + headers, now_ns, true) != Change::kBegan) return;
  Event event = Make(EventKind::kProxyRefused, stats);
  event.numbers = {{"headers_refused", headers}, {"untrusted_refused", untrusted}};
  event.text = absl::StrCat("reactor ", stats.reactor, " refuses connections: ", untrusted,
                            " so far were not of a balancer, and ", headers,
                            " did not begin with a PROXY header");
  if (stats.last_proxy_error != ProxyError::kNone) {
    absl::StrAppend(&event.text, ", the last for ", std::string(Name(stats.last_proxy_error)),
                    " at byte ", stats.last_proxy_error_offset);
  }
  event.fix =
      "have the balancer send it (send-proxy-v2 in HAProxy, proxy_protocol on in nginx), name it "
      "in "
      "ListenerOptions::proxies, or set proxy_protocol to 2 (serve others) or 0 (off)";
  log_->Append(std::move(event));
}

void Watcher::LookAtBacklogs(const std::vector<ReactorCounts>& reactors) {
  if (reactors.empty()) return;
  capped_.resize(reactors.front().listener_queues.size());
  for (std::size_t i = 0; i < capped_.size(); ++i) LookAtBacklog(reactors, i);
}

// One event for all listeners that have the same backlog. A change of it passes between two numbers
// of one look, so that two looks must agree.
void Watcher::LookAtBacklog(const std::vector<ReactorCounts>& reactors, std::size_t listener) {
  std::uint64_t requested = 0;
  std::uint64_t effective = 0;
  for (const ReactorCounts& stats : reactors) {
    const AcceptQueueSample& queue = stats.listener_queues[listener].queue;
    const bool known = queue.backlog_effective != 0;  // the kernel told
    if (!known || queue.backlog_effective >= queue.backlog_requested) continue;
    requested = queue.backlog_requested;
    effective = queue.backlog_effective;
  }
  Capped* const capped = &capped_[listener];
  if (std::exchange(capped->seen, requested) != requested) return;
  if (std::exchange(capped->told, requested) == requested || requested == 0) return;
  for (std::size_t i = 0; i < listener; ++i) {
    if (capped_[i].told == requested) return;
  }
  Event event;
  event.kind = EventKind::kBacklogCapped;
  event.numbers = {{"backlog_requested", requested}, {"backlog", effective}};
  event.text = absl::StrCat("listen_backlog = ", requested, " acts as ", effective,
                            ": capped by net.core.somaxconn");
  event.fix = absl::StrCat("run \"sysctl -w net.core.somaxconn=", requested,
                           "\", then set listen_backlog again");
  log_->Append(std::move(event));
}

}  // namespace weir
