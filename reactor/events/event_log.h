// The last events of a server, and who is told of new ones.

#ifndef WEIR_REACTOR_EVENTS_EVENT_LOG_H_
#define WEIR_REACTOR_EVENTS_EVENT_LOG_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "weir/reactor/events/event.h"
#include "weir/reactor/loop/clock.h"

namespace weir {

// Takes each event as it happens, one at a time and in order, in a thread of the library's or of
// whoever caused the event. It should not take long: the watcher may be the one that waits. What it
// throws is dropped; the event stays in the log.
using EventSink = std::function<void(const Event& event)>;

// Keeps the last kCapacity events, also while nobody reads. Any thread may call any method; none is
// called on the path of a request.
class EventLog {
 public:
  static constexpr std::size_t kCapacity = 1024;

  // `clock` is not owned. An empty `sink` is told nothing. Of one kind no more than `per_minute`
  // (Limits::max_events_per_minute) are told in a minute, so that a flood hides nothing else.
  EventLog(Clock* clock, EventSink sink, std::uint64_t per_minute = 60)
      : clock_(clock), sink_(std::move(sink)), per_minute_(per_minute) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // The limit from now on, for the minute that runs too.
  void SetPerMinute(std::uint64_t per_minute) {
    per_minute_.store(per_minute, std::memory_order_relaxed);
  }

  // Gives it its sequence and times, keeps it, and tells the sink. Beyond `per_minute` of its kind
  // it is counted instead; the next of its kind, or TellSuppressed, tells how many. The sink may
  // call Append: what it adds is told after.
  void Append(Event event);

  // Tells of suppressed events whose minute is over. To be called now and then.
  void TellSuppressed();

  struct Batch {
    std::vector<Event> events;  // oldest first
    std::uint64_t lost = 0;     // events between `after` and the first of these: overwritten
  };
  // At most `most` of the events whose sequence is greater than `after`.
  Batch Read(std::uint64_t after, std::size_t most) const;

  // Has `wake` called after each event that is kept, before the sink is told, in the thread of
  // whoever caused it. It must not call the log but to read. Returns what Unsubscribe wants, which
  // waits for a call under way.
  int Subscribe(std::function<void()> wake);
  void Unsubscribe(int subscription);

  // The sequence of the newest event; 0 if there was none.
  std::uint64_t newest() const;
  // How many were suppressed since the start.
  std::uint64_t suppressed() const;

 private:
  struct Rate {
    std::int64_t window_began_ns = 0;
    std::uint64_t in_window = 0;
    std::uint64_t suppressed = 0;  // since the last one that was told
  };

  // The following REQUIRE that mutex_ is held.
  bool Admit(Rate* rate, std::int64_t now_ns) const;
  void Keep(Event event, std::int64_t now_ns);

  void WakeReaders();
  // Tells the sink what it was not told yet, unless another thread is at it.
  void Deliver();

  Clock* const clock_;
  const EventSink sink_;
  std::atomic<std::uint64_t> per_minute_;

  std::mutex wakes_mutex_;
  int subscriptions_ = 0;                       // guarded by wakes_mutex_
  std::map<int, std::function<void()>> wakes_;  // guarded by wakes_mutex_

  mutable std::mutex mutex_;
  std::deque<Event> events_;                   // guarded by mutex_
  std::uint64_t newest_ = 0;                   // guarded by mutex_
  std::uint64_t suppressed_ = 0;               // guarded by mutex_
  std::array<Rate, kEventKindCount> rates_{};  // guarded by mutex_
  std::deque<Event> untold_;                   // guarded by mutex_
  // Whether suppressed events are still to be told of. Set with mutex_ held; read without, since
  // TellSuppressed is called at each look of a watcher and has hardly ever anything to do.
  std::atomic<bool> owes_{false};
  bool delivering_ = false;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_EVENTS_EVENT_LOG_H_
