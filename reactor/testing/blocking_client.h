// A client that waits for answers, for tests of a server that runs in its own threads.

#ifndef WEIR_REACTOR_TESTING_BLOCKING_CLIENT_H_
#define WEIR_REACTOR_TESTING_BLOCKING_CLIENT_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::test {

// Gives up, with what it has, after 20 s without a byte. One thread.
class BlockingClient {
 public:
  // Connects to 127.0.0.1, or to ::1 for AF_INET6.
  explicit BlockingClient(std::uint16_t port, int family = AF_INET);
  // Connects to a Unix socket.
  explicit BlockingClient(const std::string& path);
  ~BlockingClient();
  BlockingClient(BlockingClient&& other) noexcept;
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  void Send(std::string_view bytes);
  // One answer: its head and as many bytes of content as Content-Length says.
  std::string ReadAnswer();
  std::string Ask(std::string_view request) {
    Send(request);
    return ReadAnswer();
  }
  // Everything until the server closes.
  std::string ReadToEnd();

 private:
  bool ReadSome();

  int fd_ = -1;
  std::string received_;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_BLOCKING_CLIENT_H_
