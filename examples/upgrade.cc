// Connections that leave HTTP: "Upgrade: echo" is answered with 101, "CONNECT echo:7" with 200, and
// from then on the socket is this program's, which sends back what it gets. WebSocket begins in the
// same way.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "weir/reactor/server.h"

namespace {

// Serves all handed-over connections in one thread of its own; each holds at most what one recv
// got.
class EchoLoop {
 public:
  EchoLoop() { Watch(EPOLL_CTL_ADD, stop_.get(), EPOLLIN); }
  ~EchoLoop() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }

  // Any thread. The connection is closed if the kernel would not watch it.
  void Add(weir::HandedOver connection) {
    const int fd = connection.socket.get();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (Watch(EPOLL_CTL_ADD, fd, EPOLLOUT)) peers_[fd] = std::move(connection);
  }

 private:
  bool Watch(int op, int fd, unsigned events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    return ::epoll_ctl(epoll_.get(), op, fd, &event) == 0;
  }

  void Run() {
    epoll_event event{};
    while (true) {
      if (::epoll_wait(epoll_.get(), &event, 1, -1) != 1) continue;  // EINTR
      if (event.data.fd == stop_.get()) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto peer = peers_.find(event.data.fd);
      if (peer != peers_.end() && !Echo(&peer->second)) peers_.erase(peer);
    }
  }

  // False: the connection has ended. What waits to be sent stands in early_bytes.
  bool Echo(weir::HandedOver* peer) {
    const int fd = peer->socket.get();
    std::string& waiting = peer->early_bytes;
    if (waiting.empty()) {
      char bytes[4096];
      const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got > 0) waiting.assign(bytes, static_cast<std::size_t>(got));
    }
    if (!waiting.empty()) {
      const ssize_t sent = ::send(fd, waiting.data(), waiting.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent > 0) waiting.erase(0, static_cast<std::size_t>(sent));
    }
    return Watch(EPOLL_CTL_MOD, fd, waiting.empty() ? EPOLLIN : EPOLLOUT);
  }

  const weir::UniqueFd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  const weir::UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
  std::mutex mutex_;
  std::map<int, weir::HandedOver> peers_;  // by descriptor; guarded by mutex_
  std::thread thread_{[this] { Run(); }};
};

}  // namespace

int main(int argc, char** argv) {
  EchoLoop echoes;
  weir::ServerOptions options;
  options.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
  const weir::NewOwner owner = [&echoes](weir::HandedOver connection) {
    if (connection.socket.valid()) echoes.Add(std::move(connection));
  };
  const auto handler = [&owner](const weir::Request& request, weir::ResponseWriter response) {
    if (request.method() == weir::Method::kConnect) {
      if (request.target() == "echo:7") return (void)response.OpenTunnel({}, owner);
      response.Send(403, "text/plain", "The only way from here is to echo:7.\n");
    } else if (weir::OffersUpgrade(request, "echo")) {
      response.Upgrade("echo", {}, owner);
    } else {
      response.Send(400, "text/plain", "Ask with \"Upgrade: echo\".\n");
    }
  };
  auto server = weir::Server::Start(options, weir::AnyHandler(handler).WithConnect());
  if (!server.ok()) {
    std::cerr << server.status() << '\n';
    return 1;
  }
  std::cout << "HTTP on http://" << (*server)->address() << std::endl;
  (*server)->Wait();
}
