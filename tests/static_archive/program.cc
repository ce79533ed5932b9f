// A service that is built without Bazel: starts, answers itself once, drains.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "weir/reactor/server.h"

namespace {

std::string Ask(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const std::string request = "GET /archive HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  (void)!::write(fd, request.data(), request.size());
  std::string answer;
  char bytes[1024];
  for (ssize_t got = 0; (got = ::read(fd, bytes, sizeof(bytes))) > 0;) {
    answer.append(bytes, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer;
}

}  // namespace

int main() {
  weir::ServerOptions options;
  options.address = "127.0.0.1:0";
  auto server =
      weir::Server::Start(options, [](const weir::Request& request, weir::ResponseWriter response) {
        response.Send(200, "text/plain", request.target());
      });
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  const std::string answer = Ask((*server)->port());
  (*server)->Drain();
  (*server)->Wait();
  std::cout << answer << '\n';
  return answer.find("HTTP/1.1 200 OK") == 0 && answer.find("/archive") != std::string::npos ? 0
                                                                                             : 1;
}
