// Answers that are made in other threads: the handler hands the request over and returns.
#include <condition_variable>
#include <cstddef>
#include <iostream>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/server.h"

namespace {

struct Job {
  weir::RequestCopy request;
  weir::ResponseWriter response;
};

// Threads that work through jobs. The reactors never wait for them.
class WorkerPool {
 public:
  explicit WorkerPool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~WorkerPool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // False when too many wait already: a queue without a bound only hides that work piles up.
  bool Add(Job* job) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (jobs_.size() >= kMaxJobs) return false;
      jobs_.push(std::move(*job));
    }
    changed_.notify_one();
    return true;
  }

 private:
  static constexpr std::size_t kMaxJobs = 1000;

  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop();
      lock.unlock();
      const std::string text = std::string(job.request->target()) + " from another thread\n";
      job.response.Send(200, "text/plain", text);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

int main(int argc, char** argv) {
  WorkerPool workers(4);
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server = weir::Server::Start(
      options, [&workers](const weir::Request& request, weir::ResponseWriter response) {
        Job job{request.Copy(), std::move(response)};
        if (!workers.Add(&job)) job.response.Send(503, "text/plain", "too much to do\n");
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
