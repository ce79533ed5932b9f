// What a whole server tells when net.core.somaxconn of its network namespace rises under it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"
#include "weir/tests/kernel/kernel_test.h"

namespace weir {
namespace {

using test::KernelTest;
using test::WaitFor;

std::unique_ptr<Server> StartServer(std::uint64_t backlog) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  options.limits.listen_backlog = backlog;
  options.limits.watch_interval_ms = 1;
  options.limits.kernel_sample_interval_ms = 100;
  options.on_event = [](const Event&) {};
  auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

std::vector<Event> Told(Server* server, EventKind kind) {
  std::vector<Event> events = server->events().Read(0, 100).events;
  events.erase(std::remove_if(events.begin(), events.end(),
                              [kind](const Event& event) { return event.kind != kind; }),
               events.end());
  return events;
}

// Waits for `count` events of that kind; the last of them.
std::optional<Event> Await(Server* server, EventKind kind, std::size_t count) {
  std::vector<Event> told;
  EXPECT_TRUE(WaitFor([&] { return (told = Told(server, kind)).size() >= count; }));
  if (told.size() != count) return {};
  return told.back();
}

// Until the kernel was read that many times more.
void AwaitReadings(const Server& server, int count) {
  for (int i = 0; i < count; ++i) {
    const std::uint64_t read_ns = server.Stats().kernel.monotonic_ns;
    EXPECT_TRUE(WaitFor([&] { return server.Stats().kernel.monotonic_ns != read_ns; }));
  }
}

// Does what the fix says; the backlog that each reactor's listener then has.
std::vector<std::uint32_t> BacklogsOnceSetAgain(Server* server, std::uint64_t backlog) {
  LimitsUpdate update;
  update.changes = {{FindLimitSpec("listen_backlog"), backlog}};
  const auto applied = server->limits().Apply(update);
  EXPECT_TRUE(applied.ok()) << applied.status();
  if (!applied.ok() || !server->WaitForLimits((*applied)->version, 20'000)) return {};
  std::vector<std::uint32_t> backlogs;
  for (const ReactorStats& it : server->Stats().reactors) {
    backlogs.push_back(it.accept_queue.backlog_effective);
  }
  return backlogs;
}

TEST_F(KernelTest, ARiseOfSomaxconnIsOfferedOnceAndListeningAgainTakesIt) {
  if (!network().SetSysctl("core/somaxconn", "16")) {
    GTEST_SKIP() << "net.core.somaxconn can't be written here";
  }
  const auto server = StartServer(64);
  EXPECT_TRUE(Await(server.get(), EventKind::kBacklogCapped, 1).has_value());
  AwaitReadings(*server, 2);
  EXPECT_EQ(server->Stats().kernel.somaxconn, 16u);
  EXPECT_TRUE(Told(server.get(), EventKind::kBacklogRaisable).empty());

  ASSERT_TRUE(network().SetSysctl("core/somaxconn", "32"));
  const auto offered = Await(server.get(), EventKind::kBacklogRaisable, 1);
  ASSERT_TRUE(offered.has_value());
  EXPECT_EQ(offered->Number("backlog_requested"), 64u);
  EXPECT_EQ(offered->Number("backlog"), 16u);
  EXPECT_EQ(offered->Number("backlog_possible"), 32u);
  EXPECT_EQ(offered->Number("somaxconn"), 32u);
  EXPECT_THAT(offered->fix, testing::HasSubstr("listen_backlog=64"));
  AwaitReadings(*server, 3);
  EXPECT_EQ(Told(server.get(), EventKind::kBacklogRaisable).size(), 1u);

  EXPECT_EQ(BacklogsOnceSetAgain(server.get(), 64), std::vector<std::uint32_t>(2, 32));
  AwaitReadings(*server, 3);
  EXPECT_EQ(Told(server.get(), EventKind::kBacklogRaisable).size(), 1u);

  ASSERT_TRUE(network().SetSysctl("core/somaxconn", "4096"));
  const auto again = Await(server.get(), EventKind::kBacklogRaisable, 2);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->Number("backlog"), 32u);
  EXPECT_EQ(again->Number("backlog_possible"), 64u);
  // The operator's layer has this value already.
  EXPECT_EQ(BacklogsOnceSetAgain(server.get(), 64), std::vector<std::uint32_t>(2, 64));
}

}  // namespace
}  // namespace weir
