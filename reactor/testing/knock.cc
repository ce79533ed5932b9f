#include "weir/reactor/testing/knock.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

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

Knock::Knock(std::uint16_t port, int family, bool drops_answers)
    : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (drops_answers) {
    sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program = {1, &drop_all};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
  }
  sockaddr_storage address;
  const socklen_t size = FillLoopback(family, port, &address);
  const int result = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), size);
  EXPECT_TRUE(result == 0 || errno == EINPROGRESS);
}

Knock::~Knock() {
  if (fd_ >= 0) ::close(fd_);
}

Knock::Knock(Knock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

bool Knock::connected() const {
  tcp_info info{};
  socklen_t size = sizeof(info);
  return ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_state == TCP_ESTABLISHED;
}

}  // namespace weir::test
