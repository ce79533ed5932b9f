// Calls that are answered when every reactor works by new limits.

#ifndef WEIR_CONTROL_LIMITS_WAITS_H_
#define WEIR_CONTROL_LIMITS_WAITS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "weir/reactor/server.h"
#include "weir/reactor/watch/watch_thread.h"

namespace weir {

// So that a stalled reactor keeps none of gRPC's few threads, which every other call needs. Any
// thread.
class LimitsWaits {
 public:
  using Answer = std::function<void()>;

  // How long the calling thread waits before another does for it: a reactor that works takes new
  // limits sooner.
  static constexpr std::uint64_t kInlineMs = 2;

  // `server` is not owned and must outlive this. `timeout_ms` is how long a call waits at most.
  LimitsWaits(const Server* server, std::uint64_t timeout_ms)
      : server_(server), timeout_ms_(timeout_ms) {}
  // Answers what still waits, at once.
  ~LimitsWaits();

  // RESOURCE_EXHAUSTED for want of a thread: Await then waits in the calling one. Once, and before
  // any call of Await.
  absl::Status Start();

  // Calls `answer` once, from this thread or another, as soon as every reactor works by `version`
  // of the limits, or the time is over. It may call Await.
  void Await(std::uint64_t version, Answer answer);

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    std::uint64_t version = 0;
    Clock::time_point deadline;
    Answer answer;
  };

  bool IsOver(const Waiting& it) const;
  // Answers those whose time has come; when to look again.
  std::chrono::nanoseconds Look();

  const Server* const server_;
  const std::uint64_t timeout_ms_;
  bool started_ = false;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;  // guarded by mutex_
  WatchThread thread_;            // last: it ends before what it uses
};

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_WAITS_H_
