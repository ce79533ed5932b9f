// The events of a spike that refuses connections, against the kernel's own count of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "weir/reactor/server.h"
#include "weir/reactor/testing/test_client.h"
#include "weir/tests/kernel/kernel_test.h"

namespace weir {
namespace {

using test::KernelTest;
using test::Knock;
using test::NetworkNamespace;
using test::TestClient;
using test::WaitFor;

// The first event of that kind, once there is one.
std::optional<Event> Await(Server* server, EventKind kind) {
  std::optional<Event> found;
  EXPECT_TRUE(WaitFor([&] {
    for (const Event& event : server->events().Read(0, 100).events) {
      if (event.kind == kind) found = event;
    }
    return found.has_value();
  })) << Name(kind);
  return found;
}

// Nobody reads, nobody asks, and the only reactor is held up all the while.
TEST_F(KernelTest, ARefusedSpikeIsToldWithTheKernelsNumbers) {
  std::promise<void> entered;
  std::promise<void> release;
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 1;
  options.limits.listen_backlog = 4;
  options.limits.watch_interval_ms = 1;
  options.on_event = [](const Event&) {};
  const auto server = Server::Start(options, [&](const Request&, ResponseWriter response) {
    entered.set_value();
    release.get_future().wait();
    response.Send(200, "text/plain", "late");
  });
  ASSERT_TRUE(server.ok()) << server.status();
  TestClient first = TestClient::ConnectIpv4((*server)->port());
  first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.get_future().wait();
  std::vector<Knock> spike;
  for (int i = 0; i < 40; ++i) spike.emplace_back((*server)->port());
  const auto began = Await(server->get(), EventKind::kOverflowBegan);
  EXPECT_TRUE(WaitFor([] { return NetworkNamespace::TcpExt("ListenOverflows") >= 35; }));
  spike.clear();  // so that none tries again
  release.set_value();
  const auto ended = Await(server->get(), EventKind::kOverflowEnded);

  ASSERT_TRUE(began.has_value() && ended.has_value());
  EXPECT_EQ(began->Number("depth"), 5u);
  EXPECT_EQ(began->Number("backlog"), 4u);
  EXPECT_EQ(ended->Number("depth"), 0u);
  // Of SYNs each is one discard of the socket and one overflow of the namespace.
  EXPECT_EQ(ended->Number("discards"), NetworkNamespace::TcpExt("ListenOverflows"));
  EXPECT_GE(ended->Number("discards"), 35u);
  EXPECT_GE(ended->Number("refused_at_least"), 18u);
  const AcceptQueueSample queue = (*server)->Stats().reactors[0].accept_queue;
  EXPECT_EQ(queue.discards, queue.discards_when_full);
  EXPECT_EQ(queue.depth_max, 5u);
}

}  // namespace
}  // namespace weir
