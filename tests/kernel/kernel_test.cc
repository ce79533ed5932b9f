#include "weir/tests/kernel/kernel_test.h"

#include <poll.h>

#include "weir/reactor/loop/clock.h"

namespace weir::test {

std::unique_ptr<Listener> KernelTest::Listen(std::uint64_t backlog, std::uint16_t port) {
  const auto address = SocketAddress::Parse("127.0.0.1:" + std::to_string(port));
  auto listener = Listener::Open(Syscalls::System(), *address, backlog);
  EXPECT_TRUE(listener.ok()) << listener.status();
  return listener.ok() ? *std::move(listener) : nullptr;
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
