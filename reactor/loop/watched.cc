// What those who watch a reactor ask of it. The reactor takes no part: it may be stalled.
#include <algorithm>
#include <cstddef>

#include "weir/reactor/loop/reactor.h"

namespace weir {

void Reactor::LendTo(Reactor* peer) {
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    // A shared socket is the peer's too.
    Listener* const listener = acceptors_[i]->listener();
    if (!listener->shared()) peer->lent_->Add(listener, i);
  }
}

void Reactor::TakeBackFrom(Reactor* peer) {
  for (const auto& it : acceptors_) peer->lent_->Remove(it->listener());
}

void Reactor::ListenAgain(const LimitLayers& layers) {
  for (const auto& it : acceptors_) {
    Listener* const listener = it->listener();
    (void)listener->SetBacklog(layers.Merge(listener->name()).listen_backlog);
  }
}

void Reactor::SteerAway(bool away) {
  for (const auto& it : acceptors_) {
    Listener* const listener = it->listener();
    if (listener->group() == nullptr) continue;
    // A failure is counted there: connections then go on to come here.
    (void)listener->group()->SetSteeredAway(listener->member(), SteeredAway::kStalled, away);
  }
}

ReactorCounts Reactor::QueueCounts() const {
  ReactorCounts stats;
  stats.reactor = options_.index;
  stats.applied_limits_version = AppliedVersion();
  const std::int64_t now_ns = options_.clock->MonotonicNs();
  for (const auto& it : acceptors_) stats.listener_queues.push_back(it->Sample(now_ns));
  stats.accept_queue = stats.listener_queues.front().queue;
  return stats;
}

ReactorStats Reactor::Stats() const {
  ReactorStats stats{Counts()};
  counters_.CopyHistogramsTo(&stats);
  return stats;
}

ReactorCounts Reactor::Counts() const {
  ReactorCounts stats = QueueCounts();
  counters_.CopyTo(&stats);
  const Heartbeat beat = heartbeat();
  stats.busy = beat.busy;
  const std::int64_t age = options_.clock->MonotonicNs() - beat.began_ns;
  stats.tick_age_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0));
  return stats;
}

}  // namespace weir
