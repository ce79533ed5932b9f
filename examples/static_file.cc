// One file, sent by sendfile(2), and how often: state of each reactor's own, which needs no lock.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "weir/reactor/server.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: static_file FILE [ADDRESS]\n";
    return 2;
  }
  const auto file = weir::OpenFile::Open(argv[1]);
  if (!file.ok()) {
    std::cerr << file.status() << '\n';
    return 1;
  }
  weir::ServerOptions options;
  options.address = argc > 2 ? argv[2] : "127.0.0.1:8080";
  auto server = weir::Server::Start(options, [&file](int reactor) -> weir::AnyHandler {
    auto sent = std::make_shared<std::uint64_t>(0);  // of this reactor: only its thread sees it
    return weir::Handler([&file, reactor, sent](const weir::Request& request,
                                                weir::ResponseWriter response) {
      if (request.target() == "/sent") {
        response.Send(200, "text/plain",
                      "reactor " + std::to_string(reactor) + ": " + std::to_string(*sent) + "\n");
        return;
      }
      ++*sent;
      weir::Response answer;
      answer.content_type = "application/octet-stream";
      answer.file = {*file, 0, (*file)->size()};
      response.Send(answer);
    });
  });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
