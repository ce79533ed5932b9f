#include "tests/soak/service.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "weir/reactor/hand_over.h"
#include "weir/reactor/response_stream.h"

namespace weir::soak {
namespace {

class Counter final : public BodyReader {
 public:
  explicit Counter(ResponseWriter response) : response_(std::move(response)) {}
  BodyFlow OnData(std::string_view bytes) override {
    bytes_ += bytes.size();
    return BodyFlow::kContinue;
  }
  void OnEnd(const HeaderFields&) override {
    response_.Send(200, "text/plain", std::to_string(bytes_));
  }
  void OnError(BodyError) override {}

 private:
  ResponseWriter response_;
  std::uint64_t bytes_ = 0;
};

Response WithBytes(std::size_t bytes) {
  static const SharedBytes all = std::make_shared<const std::string>(std::size_t{8} << 20, 'b');
  static const SharedBytes few = std::make_shared<const std::string>(std::size_t{200'000}, 'b');
  Response response;
  response.shared_body = bytes > few->size() ? all : few;
  return response;
}

}  // namespace

Limits ShortDeadlines() {
  Limits limits;
  limits.head_timeout_ms = 200;
  limits.body_timeout_ms = 200;
  limits.idle_timeout_ms = 200;
  limits.write_timeout_ms = 500;
  limits.linger_timeout_ms = 200;
  limits.proxy_protocol = 1;
  return limits;
}

Service::Service() : worker_([this] { Work(); }) {}

Service::~Service() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  worker_.join();
}

StreamHandler Service::Handler() {
  return [this](const Request& request, RequestBody body, ResponseWriter response) {
    Serve(request, std::move(body), std::move(response));
  };
}

void Service::Serve(const Request& request, RequestBody body, ResponseWriter response) {
  const std::string_view target = request.target();
  if (target == "/upload") return body.Read(std::make_unique<Counter>(std::move(response)));
  if (target == "/collect") {
    return body.Collect(std::move(response), [](const Request& whole, ResponseWriter writer) {
      writer.Send(200, "text/plain", whole.body());
    });
  }
  if (target == "/switch" && OffersUpgrade(request, "soak")) {
    response.Upgrade("soak", {}, [](HandedOver) {});  // its socket is closed with it
    return;
  }
  if (target == "/later") {
    auto shared = std::make_shared<ResponseWriter>(std::move(response));
    return Later([shared] { shared->Send(200, "text/plain", "later"); });
  }
  if (target == "/stream") {
    auto stream = std::make_shared<ResponseStream>(response.Start(Response()));
    stream->Write("first");
    return Later([stream] {
      stream->Write(std::string(20'000, 's'));
      stream->End();
    });
  }
  if (target == "/large" || target == "/huge") {
    response.Send(WithBytes(target == "/huge" ? 8 << 20 : 1));
    return;
  }
  response.Send(200, "text/plain", "soak");
}

void Service::Later(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void Service::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ending_ || !waiting_.empty()) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    const std::vector<std::function<void()>> now = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& work : now) work();
    lock.lock();
  }
}

}  // namespace weir::soak
