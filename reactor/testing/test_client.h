// The client's end of a connection, for tests that step a reactor.

#ifndef WEIR_REACTOR_TESTING_TEST_CLIENT_H_
#define WEIR_REACTOR_TESTING_TEST_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::test {

// A non-blocking socket. Nothing here waits. One thread.
class TestClient {
 public:
  TestClient() = default;
  // Takes over the descriptor.
  explicit TestClient(int fd) noexcept : fd_(fd) {}
  ~TestClient() { Close(); }
  TestClient(TestClient&& other) noexcept;
  TestClient& operator=(TestClient&& other) noexcept;
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  // A TCP connection to 127.0.0.1 or ::1, established when this returns; not connected if it fails.
  static TestClient ConnectIpv4(std::uint16_t port);
  static TestClient ConnectIpv6(std::uint16_t port);
  static TestClient ConnectUnix(const std::string& path);

  bool connected() const noexcept { return fd_ >= 0; }

  // How many bytes the kernel took.
  std::size_t Send(std::string_view bytes);
  // Whether the server's kernel has got all that was sent (SIOCOUTQ, tcp(7)).
  bool acknowledged() const;
  // One byte as urgent data (MSG_OOB).
  void SendUrgent(char byte);
  // What has arrived, appended to received().
  void Receive();
  const std::string& received() const noexcept { return received_; }
  // received(), which is then empty, after Receive().
  std::string Take();
  // Whether the server has closed its direction, or reset the connection; known after Receive().
  bool closed_by_server() const noexcept { return closed_by_server_; }
  bool reset_by_server() const noexcept { return reset_by_server_; }

  // FIN, with the other direction left open.
  void CloseWrite();
  // RST (SO_LINGER with time 0).
  void Reset();
  void Close();
  // How few bytes the kernel may hold for the receiver: to fill it soon.
  void ShrinkReceiveBuffer();

 private:
  int fd_ = -1;
  std::string received_;
  bool closed_by_server_ = false;
  bool reset_by_server_ = false;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_TEST_CLIENT_H_
