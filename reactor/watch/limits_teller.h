// Makes an event of each change of the limits.

#ifndef WEIR_REACTOR_WATCH_LIMITS_TELLER_H_
#define WEIR_REACTOR_WATCH_LIMITS_TELLER_H_

#include <memory>
#include <mutex>

#include "weir/reactor/events/event_log.h"
#include "weir/reactor/limits_store.h"

namespace weir {

// Any thread.
class LimitsTeller {
 public:
  // Neither is owned. What `limits` has now is not told.
  LimitsTeller(const LimitsStore* limits, EventLog* log);

  // Tells of the versions since the last call, each once and in order.
  void Tell();

 private:
  const LimitsStore* const limits_;
  EventLog* const log_;
  std::mutex mutex_;
  std::shared_ptr<const LimitsSnapshot> told_;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_LIMITS_TELLER_H_
