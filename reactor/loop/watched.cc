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
  SampleQueuesTo(&stats);
  stats.applied_limits_version = AppliedVersion();
  return stats;
}

ReactorStats Reactor::Stats() const {
  ReactorStats stats;
  CountTo(&stats);
  counters_.CopyHistogramsTo(&stats);
  return stats;
}

void Reactor::CountTo(ReactorCounts* counts) const {
  SampleQueuesTo(counts);
  counters_.CopyTo(counts);
  const Heartbeat beat = heartbeat();
  counts->busy = beat.busy;
  const std::int64_t age = options_.clock->MonotonicNs() - beat.began_ns;
  counts->tick_age_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0));
}

void Reactor::SampleQueuesTo(ReactorCounts* counts) const {
  counts->reactor = options_.index;
  counts->listener_queues.resize(acceptors_.size());
  const std::int64_t now_ns = options_.clock->MonotonicNs();
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    acceptors_[i]->SampleTo(now_ns, &counts->listener_queues[i]);
  }
  counts->accept_queue = counts->listener_queues.front().queue;
}

}  // namespace weir
