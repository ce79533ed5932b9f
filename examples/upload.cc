// Uploads that are never held in memory: the content is given piece by piece, and counted.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/reactor/server.h"

namespace {

// Adds up the content of one request.
class Summer final : public weir::BodyReader {
 public:
  explicit Summer(weir::ResponseWriter response) : response_(std::move(response)) {}

  // To be slower than the client, return kPause and call RequestBody::Resume later, from any
  // thread.
  weir::BodyFlow OnData(std::string_view bytes) override {
    bytes_ += bytes.size();
    for (const char c : bytes) sum_ += static_cast<unsigned char>(c);
    return weir::BodyFlow::kContinue;
  }
  void OnEnd(const weir::HeaderFields&) override {
    response_.Send(200, "text/plain",
                   std::to_string(bytes_) + " bytes, sum " + std::to_string(sum_) + "\n");
  }
  // The client has left, was too slow, or sent too much: Weir has answered it.
  void OnError(weir::BodyError) override {}

 private:
  weir::ResponseWriter response_;
  std::uint64_t bytes_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  auto server = weir::Server::Start(
      options,
      [](const weir::Request& request, weir::RequestBody body, weir::ResponseWriter response) {
        if (request.method() != weir::Method::kPost) {
          return (void)response.Send(405, "text/plain", "POST something\n");
        }
        weir::BodyOptions up_to;
        up_to.max_bytes = std::uint64_t{1} << 40;  // instead of max_body_bytes
        body.Read(std::make_unique<Summer>(std::move(response)), up_to);
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
