#include "weir/reactor/watch/kernel_watcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

std::uint64_t Of(const KernelStats& stats, NetnsCounter counter) {
  return stats.counters[static_cast<std::size_t>(counter)].value_or(0);
}

bool Has(const KernelStats& stats, NetnsCounter counter) {
  return stats.counters[static_cast<std::size_t>(counter)].has_value();
}

std::uint64_t HalfOpen(const KernelStats& stats) {
  std::uint64_t sum = 0;
  for (const SynQueueSample& queue : stats.syn_queues) sum += queue.half_open;
  return sum;
}

Event Make(EventKind kind) {
  Event event;
  event.kind = kind;
  return event;
}

}  // namespace

void KernelWatcher::Step(const KernelStats& stats, const std::vector<ReactorCounts>& reactors,
                         const Limits& limits) {
  LookAtDescriptors(stats);
  LookAtSynQueue(stats);
  LookAtBacklogs(stats, reactors, limits);
}

// Low from 90 % on, and until no more than 80 % are open: what wavers is told once.
void KernelWatcher::LookAtDescriptors(const KernelStats& stats) {
  if (!stats.descriptors_open || !stats.descriptors_limit) return;
  const std::uint64_t open = *stats.descriptors_open;
  const std::uint64_t limit = *stats.descriptors_limit;
  const bool low = descriptors_low_ ? open * 10 > limit * 8 : open * 10 >= limit * 9;
  if (std::exchange(descriptors_low_, low) == low) return;
  Event event = Make(low ? EventKind::kDescriptorsLow : EventKind::kDescriptorsEnough);
  event.numbers = {{"descriptors_open", open}, {"descriptors_limit", limit}};
  event.text = absl::StrCat(open, " of ", limit, " descriptors are open",
                            low ? ": at the limit no connection can be accepted" : "");
  if (low) event.fix = "raise RLIMIT_NOFILE (\"ulimit -n\"), or lower max_connections";
  log_->Append(std::move(event));
}

// A SYN that finds a SYN queue full is answered by a cookie or dropped, by net.ipv4.tcp_syncookies
// (tcp_syn_flood_action in net/ipv4/tcp_input.c). The counters are the whole namespace's.
void KernelWatcher::LookAtSynQueue(const KernelStats& stats) {
  // Without descriptors, say, none can be read: that is no move.
  if (!Has(stats, NetnsCounter::kReqQFullDoCookies) && !Has(stats, NetnsCounter::kReqQFullDrop)) {
    return;
  }
  const std::uint64_t cookies = Of(stats, NetnsCounter::kReqQFullDoCookies);
  const std::uint64_t drops = Of(stats, NetnsCounter::kReqQFullDrop);
  const bool moved = cookies != cookies_ || drops != drops_;
  const std::uint64_t cookies_then = std::exchange(cookies_, cookies);
  const std::uint64_t drops_then = std::exchange(drops_, drops);
  if (moved) moved_ns_ = stats.monotonic_ns;
  const bool began = moved && !syn_queue_full_;
  const bool ended = syn_queue_full_ && stats.monotonic_ns - moved_ns_ >= kQuietNs;
  if (!began && !ended) return;
  syn_queue_full_ = began;
  if (began) {
    cookies_before_ = cookies_then;
    drops_before_ = drops_then;
    began_ns_ = stats.monotonic_ns;
  }
  Event event = Make(began ? EventKind::kSynCookiesBegan : EventKind::kSynCookiesEnded);
  const std::uint64_t answered = cookies - cookies_before_;
  const std::uint64_t dropped = drops - drops_before_;
  event.numbers = {
      {"cookies", answered}, {"syns_dropped", dropped}, {"half_open", HalfOpen(stats)}};
  const std::string what = absl::StrCat(answered, " SYNs by a cookie and dropped ", dropped,
                                        ", for a SYN queue of this network namespace was full");
  if (began) {
    event.text = absl::StrCat("the kernel has answered ", what, "; ", HalfOpen(stats),
                              " connections of this server are half-open");
    event.fix = dropped != 0
                    ? "run \"sysctl -w net.ipv4.tcp_syncookies=1\", and raise listen_backlog: a "
                      "SYN queue holds one more than that"
                    : "raise listen_backlog: a SYN queue holds one more than that; if clients do "
                      "not finish their handshakes, this is a SYN flood";
  } else {
    event.numbers.emplace_back("duration_ms", (moved_ns_ - began_ns_) / 1'000'000);
    event.text = absl::StrCat("for ", kQuietNs / 1'000'000'000,
                              " s no SYN queue was full; the kernel had answered ", what);
  }
  log_->Append(std::move(event));
}

KernelWatcher::Raisable KernelWatcher::FindRaisable(const std::vector<ReactorCounts>& reactors,
                                                    std::size_t listener, std::uint64_t somaxconn) {
  for (const ReactorCounts& stats : reactors) {
    const AcceptQueueSample& queue = stats.listener_queues[listener].queue;
    if (queue.backlog_effective == 0) continue;  // the kernel does not tell
    const std::uint64_t possible = std::min(queue.backlog_requested, somaxconn);
    if (possible <= queue.backlog_effective) continue;
    return {queue.backlog_requested, queue.backlog_effective, possible};
  }
  return {};
}

// Once for each rise. A change of the backlog passes between two numbers of one reading, so that
// two readings must agree. Its end needs no event: it is when somebody makes use of it.
void KernelWatcher::LookAtBacklogs(const KernelStats& stats,
                                   const std::vector<ReactorCounts>& reactors,
                                   const Limits& limits) {
  if (!stats.somaxconn || reactors.empty()) return;
  offers_.resize(reactors.front().listener_queues.size());
  for (std::size_t i = 0; i < offers_.size(); ++i) {
    const Raisable raisable = FindRaisable(reactors, i, *stats.somaxconn);
    Offer* const offer = &offers_[i];
    if (std::exchange(offer->seen, raisable.possible) != raisable.possible) continue;
    if (std::exchange(offer->told, raisable.possible) >= raisable.possible) continue;
    Event event = Make(EventKind::kBacklogRaisable);
    event.listener = reactors.front().listener_queues[i].listener;
    event.numbers = {{"backlog_requested", raisable.requested},
                     {"backlog", raisable.effective},
                     {"backlog_possible", raisable.possible},
                     {"somaxconn", *stats.somaxconn}};
    event.text =
        absl::StrCat("the backlog of ", event.listener, " acts as ", raisable.effective, " of the ",
                     raisable.requested, " asked for, and could as ", raisable.possible,
                     ": net.core.somaxconn is ", *stats.somaxconn, " by now");
    event.fix = absl::StrCat("run \"weirctl limits set listen_backlog=", limits.listen_backlog,
                             "\": the same value again lets every reactor listen again");
    log_->Append(std::move(event));
  }
}

}  // namespace weir
