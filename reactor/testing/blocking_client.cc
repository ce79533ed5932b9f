#include "weir/reactor/testing/blocking_client.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace weir::test {
namespace {

int PatientSocket(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{20, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  return fd;
}

}  // namespace
namespace {

constexpr std::string_view kLength = "\r\nContent-Length: ";

}  // namespace

BlockingClient::BlockingClient(const std::string& path) : fd_(PatientSocket(AF_UNIX)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  (void)!::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

BlockingClient::BlockingClient(std::uint16_t port, int family) : fd_(PatientSocket(family)) {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port);
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port);
  ipv6.sin6_addr = in6addr_loopback;
  const bool is_ipv6 = family == AF_INET6;
  // A failure shows as an empty answer.
  (void)!::connect(
      fd_,
      is_ipv6 ? reinterpret_cast<const sockaddr*>(&ipv6) : reinterpret_cast<const sockaddr*>(&ipv4),
      is_ipv6 ? sizeof(ipv6) : sizeof(ipv4));
}

BlockingClient::~BlockingClient() {
  if (fd_ >= 0) ::close(fd_);
}

BlockingClient::BlockingClient(BlockingClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}

void BlockingClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool BlockingClient::ReadSome() {
  char bytes[16384];
  const ssize_t got = ::recv(fd_, bytes, sizeof(bytes), 0);
  if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

std::string BlockingClient::ReadAnswer() {
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos && ReadSome()) {
  }
  if (end == std::string::npos) return std::exchange(received_, {});
  end += 4;
  const std::size_t length = received_.find(kLength);
  if (length < end) end += std::strtoul(received_.c_str() + length + kLength.size(), nullptr, 10);
  while (received_.size() < end && ReadSome()) {
  }
  std::string answer = received_.substr(0, end);
  received_.erase(0, answer.size());
  return answer;
}

std::string BlockingClient::ReadToEnd() {
  while (ReadSome()) {
  }
  return std::exchange(received_, {});
}

}  // namespace weir::test
