#include "weir/reactor/watch/watch_thread.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/reactor/loop/clock.h"

namespace weir {

WatchThread::WatchThread() { ::sem_init(&posted_, 0, 0); }

WatchThread::~WatchThread() {
  Join();
  ::sem_destroy(&posted_);
}

void WatchThread::Join() {
  End();
  if (thread_.joinable()) thread_.join();
}

absl::Status WatchThread::Start(Step step, const char* name) {
  try {
    thread_ = std::thread([this, step = std::move(step)] { Run(step); });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the thread ", name, ": ", error.what(), "; raise RLIMIT_NPROC"));
  }
  ::pthread_setname_np(thread_.native_handle(), name);
  return absl::OkStatus();
}

// Whoever finds it woken already need not post: the step that sees what was done before is to come.
void WatchThread::Wake() {
  if (!woken_.exchange(true, std::memory_order_release)) ::sem_post(&posted_);
}

void WatchThread::End() {
  ended_.store(true, std::memory_order_relaxed);
  Wake();
}

void WatchThread::Run(const Step& step) {
  for (bool last = false; !last;) {
    last = ended_.load(std::memory_order_relaxed);
    const Again again = step();
    if (!last) Wait(again);
  }
}

void WatchThread::Wait(const Again& again) {
  constexpr std::chrono::nanoseconds kNone{0};
  const std::chrono::nanoseconds slack = std::max(std::min(again.slack, again.after), kNone);
  if (std::exchange(slack_, slack) != slack) {
    ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack.count()));  // 0: the default, 50 us
  }
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  const std::int64_t due_ns = Clock::System()->MonotonicNs() + (again.after - slack).count();
  const timespec due{due_ns / kNsPerSecond, due_ns % kNsPerSecond};
  while (::sem_clockwait(&posted_, CLOCK_MONOTONIC, &due) != 0 && errno == EINTR) {
  }
  woken_.exchange(false, std::memory_order_acquire);
}

}  // namespace weir
