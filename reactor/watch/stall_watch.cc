#include "weir/reactor/watch/stall_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::chrono::hours kNever{24};

std::int64_t ToNs(std::uint64_t ms) { return static_cast<std::int64_t>(ms) * kNsPerMs; }

}  // namespace

StallWatch::StallWatch(std::vector<Reactor*> reactors)
    : reactors_(std::move(reactors)), known_(reactors_.size()) {
  if (reactors_.size() == 1) reactors_.front()->CountOwnStalls();
}

WatchThread::Again StallWatch::Look(std::int64_t now_ns, const Limits& limits) {
  if (reactors_.size() == 1) return kNever;
  const std::int64_t threshold_ns = ToNs(limits.stall_threshold_ms);
  std::int64_t next_ns = threshold_ns;
  bool any_stalled = false;
  for (std::size_t i = 0; i < reactors_.size(); ++i) {
    const Heartbeat beat = reactors_[i]->heartbeat();
    const std::int64_t age_ns = beat.busy ? now_ns - beat.began_ns : 0;
    const bool stalled = age_ns >= threshold_ns;
    Known* const known = &known_[i];
    if (known->stalled && (!stalled || beat.began_ns != known->began_ns)) End(i);
    if (stalled && !known->stalled) Begin(i, beat.began_ns);
    if (known->stalled && age_ns >= ToNs(limits.stall_steer_ms)) Steer(i, true);
    if (!stalled) next_ns = std::min(next_ns, threshold_ns - age_ns);
    any_stalled |= stalled;
  }
  // Now that it is known which can help. Again at each look: one may be able to by now.
  for (std::size_t i = 0; any_stalled && i < reactors_.size(); ++i) {
    if (known_[i].stalled) Lend(i);
  }
  // A quarter of the default, 5 ms, reaches back to the last tick of a kernel with 250 a second.
  const std::int64_t slack_ns = next_ns > threshold_ns / 2 ? threshold_ns / 4 : 0;
  return {std::chrono::nanoseconds(std::max(next_ns, kLeastNs)),
          std::chrono::nanoseconds(slack_ns)};
}

void StallWatch::Begin(std::size_t index, std::int64_t began_ns) {
  known_[index].stalled = true;
  known_[index].began_ns = began_ns;
  reactors_[index]->CountStall();
}

void StallWatch::Lend(std::size_t index) {
  std::size_t peers = 0;
  for (std::size_t i = 1; i < reactors_.size() && peers < kPeers; ++i) {
    const std::size_t peer = (index + i) % reactors_.size();
    if (known_[peer].stalled) continue;
    reactors_[index]->LendTo(reactors_[peer]);
    ++peers;
  }
}

void StallWatch::End(std::size_t index) {
  for (std::size_t peer = 0; peer < reactors_.size(); ++peer) {
    if (peer != index) reactors_[index]->TakeBackFrom(reactors_[peer]);
  }
  Steer(index, false);
  known_[index].stalled = false;
}

void StallWatch::Steer(std::size_t index, bool away) {
  if (std::exchange(known_[index].steered, away) != away) reactors_[index]->SteerAway(away);
}

}  // namespace weir
