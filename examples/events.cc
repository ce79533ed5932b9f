// Server-sent events: one thread publishes, every client gets each event as it is published.
#include <atomic>
#include <chrono>
#include <iostream>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "weir/reactor/server.h"

namespace {

class Publisher {
 public:
  void Add(weir::ResponseStream stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.push_back(std::move(stream));
  }

  // A client that is slower than the events misses some, and one that has left is forgotten.
  void Publish(const std::string& event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.remove_if([&event](weir::ResponseStream& stream) {
      return stream.Write("data: " + event + "\n\n") == weir::WriteStatus::kClientGone;
    });
  }

  void End() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (weir::ResponseStream& stream : streams_) stream.End();
    streams_.clear();
  }

 private:
  std::mutex mutex_;
  std::list<weir::ResponseStream> streams_;
};

}  // namespace

int main(int argc, char** argv) {
  Publisher publisher;
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server = weir::Server::Start(
      options, [&publisher](const weir::Request&, weir::ResponseWriter response) {
        weir::Response head;
        head.content_type = "text/event-stream";
        head.fields = {{"Cache-Control", "no-store"}};
        publisher.Add(response.Start(head));
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  std::atomic<bool> ending{false};
  std::thread clock([&publisher, &ending] {
    for (int tick = 1; !ending; ++tick) {
      publisher.Publish("tick " + std::to_string(tick));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    publisher.End();
  });
  (*server)->Wait();
  ending = true;
  clock.join();
}
