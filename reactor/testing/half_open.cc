#include "weir/reactor/testing/half_open.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weir::test {
namespace {

socklen_t FillLoopback(int family, std::uint16_t port, sockaddr_storage* address) {
  *address = {};
  address->ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET) {
    auto* const ipv4 = reinterpret_cast<sockaddr_in*>(address);
    ipv4->sin_port = htons(port);
    ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(sockaddr_in);
  }
  auto* const ipv6 = reinterpret_cast<sockaddr_in6*>(address);
  ipv6->sin6_port = htons(port);
  ipv6->sin6_addr = in6addr_loopback;
  return sizeof(sockaddr_in6);
}

}  // namespace

TestClient ConnectHalfOpen(std::uint16_t port, int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  TestClient client(fd);
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program = {1, &drop_all};
  if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0) return {};
  sockaddr_storage address;
  const socklen_t size = FillLoopback(family, port, &address);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return {};
  return errno == EINPROGRESS ? std::move(client) : TestClient();
}

}  // namespace weir::test
