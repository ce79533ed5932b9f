// Answers that are made in another thread: the handler hands the request over and returns.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>

#include "weir/reactor/server.h"

namespace {

struct Job {
  weir::RequestCopy request;
  weir::ResponseWriter response;
};

// One thread that works through jobs. The reactors never wait for it.
class Worker {
 public:
  Worker() : thread_([this] { Run(); }) {}
  ~Worker() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void Add(Job job) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push(std::move(job));
    }
    changed_.notify_one();
  }

 private:
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
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  Worker worker;
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server = weir::Server::Start(
      options, [&worker](const weir::Request& request, weir::ResponseWriter response) {
        worker.Add({request.Copy(), std::move(response)});
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
