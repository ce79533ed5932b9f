#include "weir/reactor/watch/watch_thread.h"

#include <pthread.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {

WatchThread::~WatchThread() { Join(); }

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

void WatchThread::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void WatchThread::End() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
}

void WatchThread::Run(const Step& step) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (bool last = false; !last;) {
    last = ended_;
    woken_ = false;
    lock.unlock();
    const std::chrono::nanoseconds wait = step();
    lock.lock();
    changed_.wait_for(lock, last ? std::chrono::nanoseconds(0) : wait,
                      [this] { return woken_ || ended_; });
  }
}

}  // namespace weir
