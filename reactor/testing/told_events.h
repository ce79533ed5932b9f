// What is appended to an EventLog, as a test asks for it.

#ifndef WEIR_REACTOR_TESTING_TOLD_EVENTS_H_
#define WEIR_REACTOR_TESTING_TOLD_EVENTS_H_

#include <cstdint>
#include <vector>

#include "weir/reactor/events/event_log.h"

namespace weir::test {

// One thread.
class ToldEvents {
 public:
  // `log` is not owned.
  explicit ToldEvents(EventLog* log) : log_(log) {}

  // The kinds of the events since the last call.
  std::vector<EventKind> Take() {
    events_ = log_->Read(read_, 100).events;
    read_ = log_->newest();
    std::vector<EventKind> kinds;
    for (const Event& event : events_) kinds.push_back(event.kind);
    return kinds;
  }
  // The first of those that Take gave. REQUIRES: there was one.
  const Event& first() const { return events_.front(); }

 private:
  EventLog* const log_;
  std::uint64_t read_ = 0;
  std::vector<Event> events_;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_TOLD_EVENTS_H_
