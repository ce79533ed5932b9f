#include "weir/control/diagnose/queue_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

// As many as the kernel allows by default: no reason to suspect that more were wanted.
constexpr std::uint32_t kAmple = 4096;

Finding OfQueue(const QueueFacts& queue, Severity severity, const char* rule, std::string message,
                std::string evidence, std::string fix) {
  return {severity, rule, queue.subject, std::move(message), std::move(evidence), std::move(fix)};
}

// A queue is full with backlog + 1 connections (sk_acceptq_is_full in include/net/sock.h).
bool IsFull(const QueueFacts& queue) { return queue.depth > queue.backlog; }

std::string Waiting(const QueueFacts& queue) {
  return absl::StrCat(queue.depth, " of ", std::uint64_t{queue.backlog} + 1, " connections wait");
}

std::string AcceptFaster(const QueueFacts& queue) {
  return absl::StrCat("find what keeps the process from accepting (a handler that waits, too few ",
                      "threads), and raise the backlog: ", queue.raise);
}

void Full(const QueueFacts& queue, Findings* findings) {
  if (!IsFull(queue)) return;
  findings->push_back(OfQueue(queue, Severity::kError, "queue_full",
                              "the accept queue is full: clients are being dropped now",
                              Waiting(queue), AcceptFaster(queue)));
}

void OverHalf(const QueueFacts& queue, Findings* findings) {
  if (IsFull(queue) || queue.depth <= queue.backlog / 2 || queue.depth < 2) return;
  findings->push_back(OfQueue(queue, Severity::kWarning, "queue_over_half",
                              "the accept queue is more than half full", Waiting(queue),
                              AcceptFaster(queue)));
}

void OverflowSeen(const QueueFacts& queue, Findings* findings) {
  // A depth that is over the backlog of now proves nothing: the backlog may have been lowered
  // since.
  const std::uint64_t dropped = queue.discards_when_full.value_or(0);
  if (IsFull(queue) || dropped == 0) return;
  findings->push_back(
      OfQueue(queue, Severity::kWarning, "queue_overflowed",
              "the accept queue was full: clients were dropped",
              absl::StrCat("most seen: ", queue.depth_max.value_or(0), " with a backlog of ",
                           queue.backlog, "; packets dropped while it was full: ", dropped),
              AcceptFaster(queue)));
}

// Which packets these are: tcp_v4_do_rcv and tcp_conn_request drop for many reasons.
void Discards(const QueueFacts& queue, Findings* findings) {
  const std::uint64_t others = queue.discards.value_or(0) - queue.discards_when_full.value_or(0);
  if (!queue.discards || others == 0) return;
  findings->push_back(OfQueue(
      queue, Severity::kNote, "discards",
      "the listener dropped packets, for overflow or for another reason",
      absl::StrCat(others, queue.discards_when_full ? " packets while the queue was not seen full"
                                                    : " packets since it began to listen"),
      "\"nstat -az TcpExtListenOverflows TcpExtListenDrops\" shows how many of this network "
      "namespace were overflows"));
}

void Capped(const QueueFacts& queue, Findings* findings) {
  if (!queue.requested || *queue.requested <= queue.backlog) return;
  if (queue.backlog == 0) return;  // of a Unix socket whose queue this kernel does not tell
  const bool raised = queue.somaxconn.value_or(0) >= *queue.requested;
  findings->push_back(OfQueue(
      queue, Severity::kWarning, "backlog_capped",
      raised ? "the backlog was capped when the server began to listen, and need not be any more"
             : "the kernel caps the backlog",
      absl::StrCat("requested ", *queue.requested, ", effective ", queue.backlog,
                   queue.somaxconn ? absl::StrCat("; net.core.somaxconn = ", *queue.somaxconn)
                                   : std::string()),
      raised ? queue.again
             : absl::StrCat("sysctl -w net.core.somaxconn=", *queue.requested, ", then ",
                            queue.again)));
}

// For queues whose listen(2) was another's, so that only the result is known.
void AtSomaxconn(const QueueFacts& queue, Findings* findings) {
  if (queue.requested || queue.backlog == 0 || queue.somaxconn != queue.backlog) return;
  if (queue.backlog >= kAmple) return;
  findings->push_back(
      OfQueue(queue, Severity::kNote, "backlog_at_cap",
              "the backlog is as large as the kernel allows: more may have been asked for",
              absl::StrCat("backlog ", queue.backlog, ", net.core.somaxconn = ", *queue.somaxconn),
              absl::StrCat("if that is too few: raise net.core.somaxconn, then ", queue.raise)));
}

struct KnownDefault {
  std::uint32_t backlog;
  const char* whose;
};

constexpr KnownDefault kDefaults[] = {
    {5, "of the listen(2) examples of many books"},
    {50, "of Java's ServerSocket"},
    {100, "of asyncio and others"},
    {128, "of OpenSSH, SOMAXCONN of older C libraries and others"},
    {511, "of nginx, Node.js, Apache and Redis"},
};

void Default(const QueueFacts& queue, Findings* findings) {
  if (queue.somaxconn.value_or(0) <= queue.backlog) return;  // a cap, which other rules tell
  for (const KnownDefault& known : kDefaults) {
    if (queue.requested.value_or(queue.backlog) != known.backlog) continue;
    findings->push_back(
        OfQueue(queue, Severity::kNote, "backlog_is_a_default",
                absl::StrCat("the backlog is the default ", known.whose, ": was it chosen?"),
                absl::StrCat("backlog ", queue.backlog, ", of ", *queue.somaxconn, " possible"),
                queue.raise));
  }
}

constexpr void (*kRules[])(const QueueFacts&, Findings*) = {
    Full, OverHalf, OverflowSeen, Discards, Capped, AtSomaxconn, Default,
};

}  // namespace

Findings CheckQueue(const QueueFacts& queue) {
  Findings findings;
  for (const auto rule : kRules) rule(queue, &findings);
  return findings;
}

}  // namespace weir
