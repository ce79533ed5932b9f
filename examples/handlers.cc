// Handlers of the kinds that the other examples don't have; HANDLERS.md tells of all.
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/reactor/server.h"

namespace {

// What this throws becomes a 500: "/half/seven" has no number.
void Half(const weir::Request& request, weir::ResponseWriter response) {
  const int number = std::stoi(std::string(request.target().substr(6)));
  response.Send(200, "text/plain", std::to_string(number / 2) + "\n");
}

// Encoded once, sent to every client from the same memory.
void Page(const weir::Request&, weir::ResponseWriter response) {
  static const weir::SharedBytes page =
      std::make_shared<const std::string>("<title>Weir</title>" + std::string(100'000, ' '));
  weir::Response answer;
  answer.content_type = "text/html";
  answer.shared_body = page;
  response.Send(answer);
}

// An answer that is made as fast as its client takes it, and no faster.
class Numbers : public std::enable_shared_from_this<Numbers> {
 public:
  void Start(weir::ResponseWriter response) {
    weir::Response head;
    head.content_type = "text/plain";
    weir::StreamOptions options;
    options.trailer_names = {"Numbers"};
    stream_ = response.Start(head, options);
    // The connection keeps the callback, and that this object, until the stream ends.
    stream_.OnWritable([self = shared_from_this()] { self->Write(); });
    Write();
  }

 private:
  static constexpr int kLast = 1'000'000;

  void Write() {
    for (; next_ <= kLast; ++next_) {
      const weir::WriteStatus status = stream_.Write(std::to_string(next_) + "\n");
      if (status != weir::WriteStatus::kOk) return;  // kFull: OnWritable says when to go on
    }
    stream_.End({{"Numbers", std::to_string(kLast)}});
  }

  weir::ResponseStream stream_;
  int next_ = 1;
};

// Has the content of a request collected, although its service streams.
void Echo(weir::RequestBody body, weir::ResponseWriter response) {
  body.Collect(std::move(response), [](const weir::Request& whole, weir::ResponseWriter answer) {
    answer.Send(200, "text/plain", whole.body());
  });
}

void Serve(const weir::Request& request, weir::RequestBody body, weir::ResponseWriter response) {
  const std::string_view target = request.target();
  if (target.substr(0, 6) == "/half/") return Half(request, std::move(response));
  if (target == "/page") return Page(request, std::move(response));
  if (target == "/numbers") return std::make_shared<Numbers>()->Start(std::move(response));
  if (target == "/echo") return Echo(std::move(body), std::move(response));
  response.Send(404, "text/plain", "/half/NUMBER, /page, /numbers or /echo\n");
}

}  // namespace

int main(int argc, char** argv) {
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server = weir::Server::Start(options, Serve);
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
