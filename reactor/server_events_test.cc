// What a whole server tells of what happens to it, while nobody asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "weir/reactor/kernel/descriptor_count.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"
#include "weir/reactor/testing/knock.h"
#include "weir/reactor/testing/test_client.h"

namespace weir {
namespace {

using test::Knock;
using test::TestClient;
using testing::HasSubstr;

// Longer than anything takes: it ends a test that would hang.
constexpr std::chrono::seconds kBound(20);

// Collects what a server tells.
class Events {
 public:
  EventSink Sink() {
    return [this](const Event& event) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        events_.push_back(event);
      }
      changed_.notify_all();
    };
  }

  // The first event of that kind, once there is one.
  std::optional<Event> Await(EventKind kind) {
    std::optional<Event> found;
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kBound, [&] {
      for (const Event& event : events_) {
        if (event.kind == kind) found = event;
        if (found.has_value()) return true;
      }
      return false;
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
};

ServerOptions OneReactor(EventSink sink) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 1;
  options.limits.watch_interval_ms = 1;
  options.on_event = std::move(sink);
  return options;
}

// A spike that refuses connections never leaves empty logs, even while the reactor can tell
// nothing.
TEST(ServerEventsTest, TellsOfASpikeThatRefusesConnections) {
  Events events;
  std::promise<void> entered;
  std::promise<void> release;
  ServerOptions options = OneReactor(events.Sink());
  options.limits.listen_backlog = 4;
  options.limits.stall_event_ms = 1;
  auto server = Server::Start(options, [&](const Request&, ResponseWriter response) {
    entered.set_value();
    release.get_future().wait();
    response.Send(200, "text/plain", "late");
  });
  ASSERT_TRUE(server.ok()) << server.status();
  TestClient first = TestClient::ConnectIpv4((*server)->port());
  first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(entered.get_future().wait_for(kBound), std::future_status::ready);
  std::vector<Knock> spike;
  for (int i = 0; i < 40; ++i) spike.emplace_back((*server)->port());

  const auto over_half = events.Await(EventKind::kQueueOverHalf);
  const auto overflow = events.Await(EventKind::kOverflowBegan);
  const auto stalled = events.Await(EventKind::kReactorStalled);
  release.set_value();
  const auto recovered = events.Await(EventKind::kReactorRecovered);

  EXPECT_TRUE(over_half.has_value());
  ASSERT_TRUE(overflow.has_value());
  EXPECT_EQ(overflow->reactor, 0);
  EXPECT_EQ(overflow->Number("depth"), 5u);  // one more than the backlog
  EXPECT_EQ(overflow->Number("backlog"), 4u);
  EXPECT_GE(overflow->Number("discards"), 1u);
  EXPECT_GE(overflow->Number("refused_at_least"), 1u);
  EXPECT_LE(overflow->Number("discards"),
            (*server)->Stats().reactors[0].accept_queue.discards_when_full);
  ASSERT_TRUE(stalled.has_value());
  EXPECT_GE(stalled->Number("tick_age_ms"), 1u);
  EXPECT_TRUE(recovered.has_value());
  // Who comes too late for the sink reads them.
  EXPECT_GE((*server)->events().Read(0, 100).events.size(), 4u);
}

TEST(ServerEventsTest, TellsOfACappedBacklog) {
  Events events;
  ServerOptions options = OneReactor(events.Sink());
  options.limits.listen_backlog = 10'000'000;
  const auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::uint64_t effective = (*server)->EffectiveLimits(options.limits).listen_backlog;
  if (effective == options.limits.listen_backlog) GTEST_SKIP() << "somaxconn does not cap here";
  const auto capped = events.Await(EventKind::kBacklogCapped);
  ASSERT_TRUE(capped.has_value());
  EXPECT_EQ(capped->Number("backlog"), effective);
  EXPECT_THAT(capped->fix, HasSubstr("sysctl -w net.core.somaxconn=10000000"));
}

TEST(ServerEventsTest, TellsThatDescriptorsAreNearlyExhaustedAndThatTheyAreNot) {
  Events events;
  ServerOptions options = OneReactor(events.Sink());
  options.limits.kernel_sample_interval_ms = 100;
  const auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  std::vector<TestClient> open;  // so many that one more than all is less than a tenth more
  for (int i = 0; i < 20; ++i) open.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = CountOpenDescriptors().value_or(0) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const auto low = events.Await(EventKind::kDescriptorsLow);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(low.has_value());
  EXPECT_EQ(low->Number("descriptors_limit"), tight.rlim_cur);
  EXPECT_GE(low->Number("descriptors_open") * 10, tight.rlim_cur * 9);
  EXPECT_THAT(low->fix, HasSubstr("RLIMIT_NOFILE"));
  EXPECT_TRUE(events.Await(EventKind::kDescriptorsEnough).has_value());
}

TEST(ServerEventsTest, TellsOfChangedLimits) {
  Events events;
  const auto server =
      Server::Start(OneReactor(events.Sink()), [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  LimitsUpdate update;
  update.changes = {{FindLimitSpec("max_events_per_minute"), 1}};
  update.author = "a test";
  ASSERT_TRUE((*server)->limits().Apply(update).ok());
  const auto changed = events.Await(EventKind::kLimitsChanged);
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->Number("version"), 2u);
  EXPECT_THAT(changed->text, HasSubstr("by a test: max_events_per_minute 60 -> 1"));
  update.changes[0].value = 2;
  update.validate_only = true;
  ASSERT_TRUE((*server)->limits().Apply(update).ok());
  EXPECT_EQ((*server)->Stats().events_suppressed, 0u) << "nothing was changed";
}

TEST(ServerEventsTest, AppliesTheRateOfEvents) {
  Events events;
  ServerOptions options = OneReactor(events.Sink());
  options.limits.max_events_per_minute = 1;
  const auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  for (const std::uint64_t value : {7, 8, 9}) {
    LimitsUpdate update;
    update.changes = {{FindLimitSpec("max_fields"), value}};
    ASSERT_TRUE((*server)->limits().Apply(update).ok());
  }
  EXPECT_EQ((*server)->Stats().events_suppressed, 2u);
}

TEST(ServerEventsTest, TellsThatADrainBeganAndEnded) {
  Events events;
  const auto server =
      Server::Start(OneReactor(events.Sink()), [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  test::BlockingClient client((*server)->port());
  EXPECT_FALSE(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").empty());
  (*server)->Drain();
  (*server)->Wait();
  const std::vector<Event> told = (*server)->events().Read(0, 100).events;
  ASSERT_GE(told.size(), 2u);
  const Event& began = told[told.size() - 2];
  EXPECT_EQ(began.kind, EventKind::kDrainBegan);
  EXPECT_EQ(began.Number("connections_active"), 1u);
  EXPECT_EQ(began.Number("drain_timeout_ms"), Limits().drain_timeout_ms);
  EXPECT_EQ(told.back().kind, EventKind::kDrainEnded);
  EXPECT_EQ(told.back().Number("connections_finished"), 1u);
  EXPECT_EQ(told.back().Number("connections_cut"), 0u);
  EXPECT_EQ(told.back().fix, "");
}

TEST(ServerEventsTest, RevertsLimitsWhoseTimeIsOver) {
  Events events;
  const auto server =
      Server::Start(OneReactor(events.Sink()), [](const Request&, ResponseWriter) {});
  ASSERT_TRUE(server.ok()) << server.status();
  LimitsUpdate update;
  update.changes = {{FindLimitSpec("max_fields"), 7}};
  update.ttl_ms = 1;
  ASSERT_TRUE((*server)->limits().Apply(update).ok());
  EXPECT_TRUE((*server)->WaitForLimits(3, std::chrono::milliseconds(kBound).count()));
  EXPECT_EQ((*server)->limits().current()->limits.max_fields, Limits().max_fields);
}

}  // namespace
}  // namespace weir
