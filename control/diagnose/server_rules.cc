#include "weir/control/diagnose/server_rules.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/diagnose/host_rules.h"
#include "weir/control/diagnose/queue_rules.h"
#include "weir/reactor/host_limits.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/refusals/near_limits.h"

namespace weir {
namespace {

constexpr std::uint64_t kStallWarningNs = 100'000'000;
constexpr std::uint64_t kStallErrorNs = 1'000'000'000;
// Fewer connections than these spread unevenly by chance.
constexpr std::uint64_t kEnoughToCompare = 1000;

Finding OfServer(const ServerFacts& facts, Severity severity, const char* rule, std::string message,
                 std::string evidence, std::string fix) {
  return {severity,      rule, facts.stats.address, std::move(message), std::move(evidence),
          std::move(fix)};
}

std::string NameOf(const ServerFacts& facts, const ReactorStats& reactor) {
  return absl::StrCat(facts.stats.address, " reactor ", reactor.reactor);
}

std::uint64_t Sum(const ServerFacts& facts, Counter counter) {
  std::uint64_t sum = 0;
  for (const ReactorStats& reactor : facts.stats.reactors) {
    sum += reactor.counters[static_cast<std::size_t>(counter)];
  }
  return sum;
}

void Host(const ServerFacts& facts, Findings* findings) {
  const Findings host = CheckHost(facts.host);
  findings->insert(findings->end(), host.begin(), host.end());
}

// The command that sets the limit, for the listener if that has a value of its own.
std::string SetLimit(const std::string& listener, const char* limit, std::uint64_t value) {
  const std::string of = listener.empty() ? "" : absl::StrCat("--listener=", listener, " ");
  return absl::StrCat("weirctl limits set ", of, limit, "=", value);
}

// To twice as many, or to what the kernel allows by default if that is more.
std::string RaiseBacklog(const ServerFacts& facts, const std::string& listener,
                         std::uint64_t backlog) {
  const std::uint64_t most = FindLimitSpec("listen_backlog")->max;
  const std::uint64_t wanted = std::min(std::max<std::uint64_t>(backlog * 2, 4096), most);
  std::string set = SetLimit(listener, "listen_backlog", wanted);
  if (facts.host.somaxconn >= wanted) return set;
  return absl::StrCat("sysctl -w net.core.somaxconn=", wanted, ", then ", set);
}

void OneQueue(const ServerFacts& facts, const ReactorStats& reactor, std::size_t index,
              Findings* findings) {
  const ListenerQueue& listener = reactor.listener_queues[index];
  const AcceptQueueSample& sample = listener.queue;
  QueueFacts queue;
  queue.subject = listener.shared ? listener.listener
                                  : absl::StrCat(listener.listener, " reactor ", reactor.reactor);
  queue.depth = sample.depth;
  queue.backlog = sample.backlog_effective;
  queue.requested = sample.backlog_requested;
  queue.depth_max = sample.depth_max;
  queue.discards = sample.discards;
  queue.discards_when_full = sample.discards_when_full;
  queue.somaxconn = facts.host.somaxconn;
  const std::uint64_t own = facts.stats.listeners[index].listen_backlog;
  const std::uint64_t backlog = own != 0 ? own : facts.limits.listen_backlog;
  const std::string of = own != 0 ? listener.listener : "";
  queue.again = SetLimit(of, "listen_backlog", backlog);
  queue.raise = RaiseBacklog(facts, of, backlog);
  const Findings of_queue = CheckQueue(queue);
  findings->insert(findings->end(), of_queue.begin(), of_queue.end());
}

void Queues(const ServerFacts& facts, Findings* findings) {
  for (const ReactorStats& reactor : facts.stats.reactors) {
    for (std::size_t i = 0; i < reactor.listener_queues.size(); ++i) {
      OneQueue(facts, reactor, i, findings);
    }
  }
}

// Documentation/networking/ip-sysctl.rst, tcp_migrate_req.
void NoMigration(const ServerFacts& facts, Findings* findings) {
  if (facts.host.tcp_migrate_req.value_or(1) != 0 || facts.stats.reactors.size() < 2) return;
  findings->push_back(OfServer(
      facts, Severity::kNote, "no_migration",
      "what waits in a listener's queue is reset when the process that owns it ends, even where "
      "another process shares its address and could serve it",
      absl::StrCat("net.ipv4.tcp_migrate_req = 0, ", facts.stats.reactors.size(), " listeners"),
      "sysctl -w net.ipv4.tcp_migrate_req=1"));
}

std::uint64_t Sum(const ServerFacts& facts, RefuseReason reason) {
  std::uint64_t sum = 0;
  for (const ReactorStats& reactor : facts.stats.reactors) {
    sum += reactor.connections_refused[static_cast<std::size_t>(reason)];
  }
  return sum;
}

void FewDescriptors(const ServerFacts& facts, Findings* findings) {
  if (!facts.host.descriptors) return;
  const std::uint64_t needed = facts.limits.max_connections + kReservedDescriptors;
  if (needed <= *facts.host.descriptors) return;
  findings->push_back(
      OfServer(facts, Severity::kWarning, "descriptors_too_few",
               "there are fewer descriptors than connections allowed: accepting will pause",
               absl::StrCat("RLIMIT_NOFILE = ", *facts.host.descriptors,
                            ", max_connections = ", facts.limits.max_connections, ", of which ",
                            kReservedDescriptors, " more are kept for other uses"),
               absl::StrCat("\"ulimit -n ", needed, "\" or LimitNOFILE=", needed,
                            ", then restart; or weirctl limits set max_connections=",
                            *facts.host.descriptors > kReservedDescriptors
                                ? *facts.host.descriptors - kReservedDescriptors
                                : 1)));
}

void Pauses(const ServerFacts& facts, Findings* findings) {
  const std::uint64_t pauses = Sum(facts, Counter::kAcceptPauses);
  if (pauses == 0) return;
  findings->push_back(
      OfServer(facts, Severity::kWarning, "accepting_paused",
               "accepting had to wait for descriptors or memory: clients waited in the queue",
               absl::StrCat(pauses, " pauses since the start"),
               "raise RLIMIT_NOFILE (\"ulimit -n\" or LimitNOFILE=), or lower max_connections and "
               "idle_timeout_ms"));
}

void Refused(const ServerFacts& facts, Findings* findings) {
  const std::uint64_t refused = Sum(facts, RefuseReason::kMaxConnections);
  const std::uint64_t reset = Sum(facts, RefuseReason::kMaxConnectionsReset);
  const std::uint64_t pauses = Sum(facts, Counter::kAcceptPausesFull);
  if (refused + reset + pauses == 0) return;
  findings->push_back(
      OfServer(facts, Severity::kWarning, "connections_refused",
               "connections were turned away, or had to wait, because as many as allowed were open",
               absl::StrCat(refused, " refused with 503, ", reset, " reset and ", pauses,
                            " times left in the queue since the start; max_connections = ",
                            facts.limits.max_connections),
               absl::StrCat("weirctl limits set max_connections=", facts.limits.max_connections * 2,
                            ", or lower idle_timeout_ms")));
}

void ListenersFull(const ServerFacts& facts, Findings* findings) {
  for (std::size_t i = 0; i < facts.stats.listeners.size(); ++i) {
    std::uint64_t refused = 0;
    for (const ReactorStats& reactor : facts.stats.reactors) {
      if (i < reactor.listener_queues.size())
        refused += reactor.listener_queues[i].connections_refused;
    }
    if (refused == 0) continue;
    const ListenerInfo& listener = facts.stats.listeners[i];
    const auto own = listener.max_connections_per_listener;
    const std::uint64_t most = own.value_or(facts.limits.max_connections_per_listener);
    findings->push_back(
        {Severity::kWarning, "listener_full", listener.name,
         "connections were turned away because as many as allowed came to this listener",
         absl::StrCat(refused, " refused since the start; max_connections_per_listener = ", most),
         absl::StrCat(SetLimit(own ? listener.name : "", "max_connections_per_listener", most * 2),
                      ", or lower idle_timeout_ms")});
  }
}

void Shed(const ServerFacts& facts, Findings* findings) {
  const std::uint64_t connections =
      Sum(facts, RefuseReason::kShed) + Sum(facts, RefuseReason::kShedReset);
  const std::uint64_t requests = Sum(facts, Counter::kRequestsShed);
  if (connections + requests == 0) return;
  findings->push_back(OfServer(
      facts, Severity::kWarning, "load_shed",
      "connections waited too long to be accepted, and what was new was refused",
      absl::StrCat(connections, " connections and ", requests,
                   " requests refused since the start; ",
                   "shed_queue_delay_ms = ", facts.limits.shed_queue_delay_ms),
      "add CPUs and reactors, or servers; see with \"weirctl stats\" which reactors are busy"));
}

void ReactorsForCpus(const ServerFacts& facts, Findings* findings) {
  const HostFacts& host = facts.host;
  const int usable =
      host.cpus_quota == 0 ? host.cpus_affinity : std::min(host.cpus_affinity, host.cpus_quota);
  const int reactors = static_cast<int>(facts.stats.reactors.size());
  if (usable == 0 || reactors == usable) return;
  const bool more = reactors > usable;
  findings->push_back(OfServer(
      facts, more ? Severity::kWarning : Severity::kNote,
      more ? "reactors_over_cpus" : "reactors_under_cpus",
      more ? "there are more reactors than CPUs: they take turns, and connections wait for it"
           : "there are fewer reactors than CPUs: some CPUs serve no connection",
      absl::StrCat(reactors, " reactors; CPUs by affinity: ", host.cpus_affinity, ", by quota: ",
                   host.cpus_quota == 0 ? "no quota" : absl::StrCat(host.cpus_quota)),
      absl::StrCat("ServerOptions::reactors = 0 gives one for each CPU: ", usable)));
}

void Uneven(const ServerFacts& facts, Counter counter, const char* rule, const char* what,
            const char* fix, Findings* findings) {
  const std::uint64_t sum = Sum(facts, counter);
  const auto& reactors = facts.stats.reactors;
  if (reactors.size() < 2 || sum < kEnoughToCompare) return;
  const auto of = [counter](const ReactorStats& reactor) {
    return reactor.counters[static_cast<std::size_t>(counter)];
  };
  const auto most = std::max_element(reactors.begin(), reactors.end(),
                                     [of](const auto& a, const auto& b) { return of(a) < of(b); });
  const double mean = static_cast<double>(sum) / static_cast<double>(reactors.size());
  const double excess = static_cast<double>(of(*most)) - mean;
  // By chance alone the spread is about the root of the mean.
  if (excess < mean / 4 || excess < 5 * std::sqrt(mean)) return;
  findings->push_back(
      OfServer(facts, Severity::kWarning, rule,
               absl::StrCat("one reactor has far more ", what, " than the others"),
               absl::StrCat("reactor ", most->reactor, " has ", of(*most), " of ", sum,
                            "; even would be ", static_cast<std::uint64_t>(mean)),
               fix));
}

// By CPU, one reactor may well get twice what is even, and that is chosen. More is not.
bool UnevenByCpu(const ServerFacts& facts, Findings* findings) {
  constexpr auto kAccepted = static_cast<std::size_t>(Counter::kConnectionsAccepted);
  if (static_cast<Distribution>(facts.limits.distribution) != Distribution::kCpu) return false;
  const std::uint64_t sum = Sum(facts, Counter::kConnectionsAccepted);
  const auto& reactors = facts.stats.reactors;
  if (reactors.size() < 2 || sum < kEnoughToCompare) return true;
  std::uint64_t most = 0;
  for (const ReactorStats& reactor : reactors) most = std::max(most, reactor.counters[kAccepted]);
  const double mean = static_cast<double>(sum) / static_cast<double>(reactors.size());
  const double ratio = static_cast<double>(most) / mean;
  if (ratio <= 2) return true;
  findings->push_back(
      OfServer(facts, Severity::kWarning, "uneven_reactors",
               "connections are shared by the CPU that they arrive on, and most arrive on one",
               absl::StrCat("one reactor accepted ", most, " of ", sum, ", ",
                            absl::StrFormat("%.1f", ratio), " times the mean"),
               "weirctl limits set distribution=hash; or spread the network's interrupts over the "
               "CPUs (/proc/irq/*/smp_affinity, RPS)"));
  return true;
}

void UnevenConnections(const ServerFacts& facts, Findings* findings) {
  if (UnevenByCpu(facts, findings)) return;
  Uneven(facts, Counter::kConnectionsAccepted, "uneven_connections", "connections",
         "the kernel spreads them by a hash of addresses and ports: look for few clients with few "
         "ports, and for a reactor that stalls or whose queue was full",
         findings);
}

void UnevenRequests(const ServerFacts& facts, Findings* findings) {
  Uneven(facts, Counter::kRequests, "uneven_requests", "requests",
         "a few connections make most requests: let clients use more connections, or lower "
         "max_requests_per_connection so that they spread anew",
         findings);
}

void Stalled(const ServerFacts& facts, Findings* findings) {
  for (const ReactorStats& reactor : facts.stats.reactors) {
    if (!reactor.busy || reactor.tick_age_ns < kStallWarningNs) continue;
    std::uint64_t waiting = 0;
    for (const ListenerQueue& it : reactor.listener_queues) waiting += it.queue.depth;
    Finding finding = OfServer(
        facts, reactor.tick_age_ns < kStallErrorNs ? Severity::kWarning : Severity::kError,
        "reactor_stalled", "a reactor is held up, and with it all of its connections",
        absl::StrCat("its turn began ", reactor.tick_age_ns / 1'000'000, " ms ago; ", waiting,
                     " connections wait to be accepted, ", reactor.connections_active, " are open"),
        "a handler waits there: answer from another thread (ResponseWriter may be moved to one), "
        "and see where it waits with \"gdb -p PID -batch -ex 'thread apply all bt'\"");
    finding.subject = NameOf(facts, reactor);
    findings->push_back(std::move(finding));
  }
}

void Rescued(const ServerFacts& facts, Findings* findings) {
  const std::uint64_t taken = Sum(facts, Counter::kConnectionsRescued);
  if (taken == 0) return;
  findings->push_back(OfServer(
      facts, Severity::kNote, "queues_rescued",
      "reactors were held up, and others had to accept what waited for them",
      absl::StrCat(Sum(facts, Counter::kStalls), " turns of ", facts.limits.stall_threshold_ms,
                   " ms or more since the start; ", taken, " connections taken over"),
      "connections that such a reactor had accepted had to wait: if handlers block, answer from "
      "another thread; if the reactors had to wait for a CPU, give them fewer neighbours"));
}

void LimitsNotApplied(const ServerFacts& facts, Findings* findings) {
  for (const ReactorStats& reactor : facts.stats.reactors) {
    if (reactor.applied_limits_version >= facts.stats.limits_version) continue;
    Finding finding = OfServer(
        facts, Severity::kWarning, "limits_not_applied", "a reactor still works by older limits",
        absl::StrCat("it works by version ", reactor.applied_limits_version, ", not ",
                     facts.stats.limits_version),
        "it takes them at its next turn: if this stays, the reactor is stalled");
    finding.subject = NameOf(facts, reactor);
    findings->push_back(std::move(finding));
  }
}

// Kinds that a limit decided: 431, 414 and 413 (RFC 6585 section 5, RFC 9110 section 15.5).
void RefusedByLimits(const ServerFacts& facts, Findings* findings) {
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    if (info.status != 431 && info.status != 414 && info.status != 413) continue;
    std::uint64_t count = 0;
    for (const ReactorStats& reactor : facts.stats.reactors) count += reactor.parse_errors[i];
    if (count == 0) continue;
    findings->push_back(
        OfServer(facts, Severity::kWarning, "requests_over_a_limit",
                 absl::StrCat("requests were answered with ", info.status, " for their size"),
                 absl::StrCat(std::string(info.name), ": ", count, " since the start"),
                 absl::StrCat(std::string(info.text), " \"weirctl limits get\" shows the limits")));
  }
}

void NearLimits(const ServerFacts& facts, Findings* findings) {
  for (const NearLimit& it : FindNearLimits(SumOfSizes(facts.stats.reactors), facts.limits)) {
    findings->push_back(OfServer(facts, Severity::kWarning, "limit_near",
                                 absl::StrCat("requests come near ", std::string(it.limit->name),
                                              ": those that are a little larger are refused"),
                                 it.text, it.fix));
  }
}

void AdminOverTcp(const ServerFacts& facts, Findings* findings) {
  const std::string& peer = facts.admin_peer;
  if (!absl::StartsWith(peer, "ipv4:") && !absl::StartsWith(peer, "ipv6:")) return;
  if (facts.admin_by_certificate) return;
  const bool loopback = absl::StartsWith(peer, "ipv4:127.") ||
                        absl::StartsWith(peer, "ipv6:[::1]:") ||
                        absl::StartsWith(peer, "ipv6:%5B::1%5D:");
  findings->push_back(
      OfServer(facts, loopback ? Severity::kWarning : Severity::kError, "admin_over_tcp",
               loopback ? "every user of this host can change the limits"
                        : "whoever reaches the admin port can change the limits",
               absl::StrCat("the admin service was called from ", peer),
               "serve it on unix:/PATH, mode 0600, for one user (AdminServerOptions::address), or "
               "with mutual TLS (AdminServerOptions::tls)"));
}

void ForeignListener(const ServerFacts& facts, Findings* findings) {
  for (std::size_t i = 0; i < facts.listeners.size(); ++i) {
    if (facts.listeners[i].value_or(0) <= facts.own_listeners) continue;
    findings->push_back(
        {Severity::kWarning, "address_shared", facts.stats.listeners[i].address,
         "other sockets listen on the same address and are given a part of the connections",
         absl::StrCat(*facts.listeners[i], " listeners, of which ", facts.own_listeners,
                      " are this server's"),
         "see whose they are with \"weirctl doctor host\" or \"ss -ltnp\"; during a restart with "
         "ServerOptions::share_address this is meant"});
  }
}

void Draining(const ServerFacts& facts, Findings* findings) {
  if (!facts.stats.draining) return;
  findings->push_back(OfServer(
      facts, Severity::kNote, "draining", "the server is draining: it accepts no more connections",
      "Drain() was called, or SIGTERM came", "none is needed; it ends within drain_timeout_ms"));
}

constexpr void (*kRules[])(const ServerFacts&, Findings*) = {
    Host,
    Queues,
    NoMigration,
    FewDescriptors,
    Pauses,
    Refused,
    ListenersFull,
    Shed,
    ReactorsForCpus,
    UnevenConnections,
    UnevenRequests,
    Stalled,
    LimitsNotApplied,
    RefusedByLimits,
    NearLimits,
    AdminOverTcp,
    ForeignListener,
    Draining,
    Rescued,
};

}  // namespace

Findings CheckServer(const ServerFacts& facts) {
  Findings findings;
  for (const auto rule : kRules) rule(facts, &findings);
  return findings;
}

}  // namespace weir
