#include "weir/reactor/watch/drop_watcher.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

std::optional<std::uint64_t> Of(const KernelStats& stats, NetnsCounter counter) {
  return stats.counters[static_cast<std::size_t>(counter)];
}

}  // namespace

void DropWatcher::Step(const KernelStats& stats, const std::vector<ReactorCounts>& reactors) {
  const auto overflows = Of(stats, NetnsCounter::kListenOverflows);
  const auto drops = Of(stats, NetnsCounter::kListenDrops);
  // Without descriptors, say, none can be read: that is no move.
  if (!overflows.has_value() || !drops.has_value() || reactors.empty()) return;
  // Of a full SYN queue KernelWatcher tells.
  const Refusals refusals = {*overflows,
                             *drops - Of(stats, NetnsCounter::kReqQFullDrop).value_or(0)};
  // The namespace is older than the server, whose listeners began at zero.
  if (known_.empty()) last_ = before_last_ = refusals;
  known_.resize(reactors.front().listener_queues.size());
  for (std::size_t i = 0; i < known_.size(); ++i) {
    LookAt(Sum(reactors, i), refusals, stats.monotonic_ns,
           reactors.front().listener_queues[i].listener, &known_[i]);
  }
  before_last_ = std::exchange(last_, refusals);
}

DropWatcher::Discards DropWatcher::Sum(const std::vector<ReactorCounts>& reactors,
                                       std::size_t listener) {
  Discards sum;
  for (const ReactorCounts& stats : reactors) {
    const AcceptQueueSample& queue = stats.listener_queues[listener].queue;
    sum.unexplained += queue.discards - queue.discards_when_full;
    sum.when_full += queue.discards_when_full;
  }
  return sum;
}

void DropWatcher::LookAt(const Discards& discards, const Refusals& refusals, std::uint64_t now_ns,
                         const std::string& listener, Known* known) {
  const Discards before = std::exchange(known->before_last, std::exchange(known->last, discards));
  const bool refused = discards.unexplained != before.unexplained &&
                       refusals.drops != before_last_.drops &&
                       discards.when_full == before.when_full;
  Episode* const episode = &known->episode;
  if (refused) episode->moved_ns = now_ns;
  if (refused && !episode->active) {
    *episode = {true, before_last_, before.unexplained, now_ns, now_ns};
    Tell(discards, refusals, listener, *episode);
  } else if (episode->active && now_ns - episode->moved_ns >= kQuietNs) {
    episode->active = false;
    Tell(discards, refusals, listener, *episode);
  }
}

void DropWatcher::Tell(const Discards& discards, const Refusals& refusals,
                       const std::string& listener, const Episode& episode) {
  const std::uint64_t packets = discards.unexplained - episode.unexplained;
  const std::uint64_t overflows = refusals.overflows - episode.refusals.overflows;
  const std::uint64_t drops = refusals.drops - episode.refusals.drops;
  Event event;
  event.kind = episode.active ? EventKind::kDropsBegan : EventKind::kDropsEnded;
  event.listener = listener;
  event.numbers = {{"discards", packets}, {"listen_overflows", overflows}, {"listen_drops", drops}};
  const std::string what =
      absl::StrCat("discarded ", packets, " packets of ", listener,
                   " though no look found an accept queue of it full; in the network namespace ",
                   drops, " attempts to connect were dropped meanwhile, ", overflows,
                   " of them by a full accept queue");
  if (!episode.active) {
    event.numbers.emplace_back("duration_ms", (episode.moved_ns - episode.began_ns) / 1'000'000);
    event.text = absl::StrCat("for ", kQuietNs / 1'000'000'000,
                              " s no connection was dropped unseen; the kernel had ", what);
  } else {
    event.text = absl::StrCat("the kernel has ", what);
    // tcp_conn_request in net/ipv4/tcp_input.c.
    event.fix =
        overflows != 0
            ? "raise listen_backlog and net.core.somaxconn: a queue filled and emptied between "
              "looks"
            : "run \"sysctl -w net.ipv4.tcp_syncookies=1\": without, SYNs are dropped once three "
              "quarters of net.ipv4.tcp_max_syn_backlog are half-open";
  }
  log_->Append(std::move(event));
}

}  // namespace weir
