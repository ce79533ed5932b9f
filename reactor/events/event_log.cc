#include "weir/reactor/events/event_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

}  // namespace

bool EventLog::Admit(Rate* rate, std::int64_t now_ns) const {
  if (rate->in_window == 0 || now_ns - rate->window_began_ns >= kMinuteNs) {
    rate->window_began_ns = now_ns;
    rate->in_window = 0;
  }
  if (rate->in_window >= per_minute_.load(std::memory_order_relaxed)) return false;
  ++rate->in_window;
  return true;
}

void EventLog::Keep(Event event, std::int64_t now_ns) {
  event.sequence = ++newest_;
  event.monotonic_ns = now_ns;
  event.wall_seconds = clock_->WallSeconds();
  if (events_.size() == kCapacity) events_.pop_front();
  events_.push_back(event);
  if (!sink_) return;
  // A sink that hangs must not hold memory without end. Its events stay readable in the log.
  if (untold_.size() == kCapacity) untold_.pop_front();
  untold_.push_back(std::move(event));
}

void EventLog::Append(Event event) {
  const std::int64_t now_ns = clock_->MonotonicNs();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Rate* const rate = &rates_[static_cast<std::size_t>(event.kind)];
    if (!Admit(rate, now_ns)) {
      ++rate->suppressed;
      ++suppressed_;
      owes_.store(true, std::memory_order_relaxed);
      return;
    }
    event.suppressed = std::exchange(rate->suppressed, 0);
    Keep(std::move(event), now_ns);
  }
  WakeReaders();
  Deliver();
}

void EventLog::TellSuppressed() {
  if (!owes_.load(std::memory_order_relaxed)) return;
  const std::int64_t now_ns = clock_->MonotonicNs();
  bool any = false;
  bool owes = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (std::size_t i = 0; i < kEventKindCount; ++i) {
      Rate* const rate = &rates_[i];
      if (rate->suppressed == 0) continue;
      if (now_ns - rate->window_began_ns < kMinuteNs) {
        owes = true;
        continue;
      }
      Event event;
      event.kind = EventKind::kEventsSuppressed;
      event.suppressed = std::exchange(rate->suppressed, 0);
      event.numbers = {{"kind", i}};
      event.text =
          absl::StrCat(event.suppressed, " events ", std::string(Name(static_cast<EventKind>(i))),
                       " were left out within a minute");
      Keep(std::move(event), now_ns);
      any = true;
    }
    owes_.store(owes, std::memory_order_relaxed);
  }
  if (!any) return;
  WakeReaders();
  Deliver();
}

int EventLog::Subscribe(std::function<void()> wake) {
  const std::lock_guard<std::mutex> lock(wakes_mutex_);
  wakes_[++subscriptions_] = std::move(wake);
  return subscriptions_;
}

void EventLog::Unsubscribe(int subscription) {
  const std::lock_guard<std::mutex> lock(wakes_mutex_);
  wakes_.erase(subscription);
}

void EventLog::WakeReaders() {
  const std::lock_guard<std::mutex> lock(wakes_mutex_);
  for (const auto& [subscription, wake] : wakes_) wake();
}

void EventLog::Deliver() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (delivering_) return;  // that thread finds what was added meanwhile
  delivering_ = true;
  while (!untold_.empty()) {
    const Event event = std::move(untold_.front());
    untold_.pop_front();
    lock.unlock();
    try {
      sink_(event);
    } catch (...) {  // the log still has the event, and the next one must be told
    }
    lock.lock();
  }
  delivering_ = false;
}

EventLog::Batch EventLog::Read(std::uint64_t after, std::size_t most) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Batch batch;
  if (after >= newest_) return batch;
  const std::uint64_t oldest = newest_ - events_.size() + 1;
  const std::uint64_t first = std::max(after + 1, oldest);
  batch.lost = first - (after + 1);
  const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(first - oldest);
  const std::size_t count = std::min<std::size_t>(most, newest_ - first + 1);
  batch.events.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  return batch;
}

std::uint64_t EventLog::newest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return newest_;
}

std::uint64_t EventLog::suppressed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return suppressed_;
}

}  // namespace weir
