// A thread that does one thing again and again.

#ifndef WEIR_REACTOR_WATCH_WATCH_THREAD_H_
#define WEIR_REACTOR_WATCH_WATCH_THREAD_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"

namespace weir {

// Wake and End are for any thread, the step's own included; the rest is for its owner.
class WatchThread {
 public:
  // Returns after how long it is to run again.
  using Step = std::function<std::chrono::nanoseconds()>;

  WatchThread() = default;
  // Ends it and waits for it.
  ~WatchThread();
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  // Runs `step` at once in a new thread, and again when the time that it returned is over. It must
  // not throw. `name` is the thread's, at most 15 characters (pthread_setname_np(3)).
  // RESOURCE_EXHAUSTED for want of a thread. REQUIRES: not started.
  absl::Status Start(Step step, const char* name = "weir-watch");

  // Has the step run now, instead of when its time is over.
  void Wake();

  // Has the step run a last time, and the thread end then. Does not wait for that.
  void End();

  // Ends it and waits for that; for its owner.
  void Join();

 private:
  void Run(const Step& step);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;  // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_WATCH_THREAD_H_
