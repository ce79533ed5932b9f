#include "weir/tests/kernel/kernel_test.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "weir/reactor/loop/clock.h"

namespace weir::test {

std::unique_ptr<Listener> KernelTest::Listen(std::uint64_t backlog, std::uint16_t port) {
  const auto address = SocketAddress::Parse("127.0.0.1:" + std::to_string(port));
  auto listener = Listener::Open(Syscalls::System(), *address, backlog);
  EXPECT_TRUE(listener.ok()) << listener.status();
  return listener.ok() ? *std::move(listener) : nullptr;
}

Knock::Knock(std::uint16_t port, bool drops_answers)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (drops_answers) {
    sock_filter nothing[] = {{BPF_RET | BPF_K, 0, 0, 0}};
    const sock_fprog program{1, nothing};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)!::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
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

bool WaitFor(const std::function<bool()>& condition) {
  const std::int64_t deadline_ns = NowNs() + 20'000'000'000;
  while (!condition()) {
    if (NowNs() > deadline_ns) return false;
    (void)::poll(nullptr, 0, 1);  // lets the kernel get on with it
  }
  return true;
}

std::int64_t NowNs() { return Clock::System()->MonotonicNs(); }

}  // namespace weir::test
