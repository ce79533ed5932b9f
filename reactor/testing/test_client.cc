#include "weir/reactor/testing/test_client.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weir::test {
namespace {

TestClient Connect(int family, const sockaddr* address, socklen_t size) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TestClient client(fd);
  if (fd < 0 || ::connect(fd, address, size) != 0) return TestClient();
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return client;
}

}  // namespace

TestClient::TestClient(TestClient&& other) noexcept { *this = std::move(other); }

TestClient& TestClient::operator=(TestClient&& other) noexcept {
  if (this == &other) return *this;
  Close();
  fd_ = std::exchange(other.fd_, -1);
  received_ = std::move(other.received_);
  closed_by_server_ = other.closed_by_server_;
  reset_by_server_ = other.reset_by_server_;
  return *this;
}

TestClient TestClient::ConnectIpv4(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return Connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

TestClient TestClient::ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return Connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

TestClient TestClient::ConnectIpv6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return Connect(AF_INET6, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

std::size_t TestClient::Send(std::string_view bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool TestClient::acknowledged() const {
  int held = 0;
  return ::ioctl(fd_, SIOCOUTQ, &held) == 0 && held == 0;
}

void TestClient::SendUrgent(char byte) {
  (void)::send(fd_, &byte, 1, MSG_OOB | MSG_NOSIGNAL | MSG_DONTWAIT);
}

void TestClient::Receive() {
  char bytes[16384];
  while (fd_ >= 0) {
    const ssize_t got = ::recv(fd_, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got > 0) {
      received_.append(bytes, static_cast<std::size_t>(got));
      continue;
    }
    if (got == 0) closed_by_server_ = true;
    if (got < 0 && errno == ECONNRESET) closed_by_server_ = reset_by_server_ = true;
    return;
  }
}

std::string TestClient::Take() {
  Receive();
  return std::exchange(received_, {});
}

void TestClient::CloseWrite() { ::shutdown(fd_, SHUT_WR); }

void TestClient::Reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

void TestClient::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void TestClient::ShrinkReceiveBuffer() {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

}  // namespace weir::test
