// A thread that does one thing again and again.

#ifndef WEIR_REACTOR_WATCH_WATCH_THREAD_H_
#define WEIR_REACTOR_WATCH_WATCH_THREAD_H_

#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "absl/status/status.h"

namespace weir {

// Wake and End are for any thread, the step's own included; the rest is for its owner.
class WatchThread {
 public:
  // After how long the step is to run again, or by up to `slack` earlier: on a busy CPU then with
  // the scheduler's tick, so that no timer has to interrupt what runs there (PR_SET_TIMERSLACK in
  // prctl(2)). Where interrupts are dear, as in virtual machines, that is most of what it costs.
  struct Again {
    template <typename Rep, typename Period>
    Again(std::chrono::duration<Rep, Period> after, std::chrono::nanoseconds slack = {})
        : after(after), slack(slack) {}

    std::chrono::nanoseconds after;
    std::chrono::nanoseconds slack;
  };
  using Step = std::function<Again()>;

  WatchThread();
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
  // Until the step is to run again.
  void Wait(const Again& again);

  // Rather than a condition variable, which has a mutex to let go of: a system call at each wait.
  sem_t posted_;
  std::atomic<bool> woken_{false};  // and posted_ says so
  std::atomic<bool> ended_{false};
  std::chrono::nanoseconds slack_{};  // the thread's
  std::thread thread_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_WATCH_WATCH_THREAD_H_
