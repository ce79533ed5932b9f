// The time in the accept queue, and the age of first bytes, against the time that passed.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "weir/reactor/listen/accept_queue.h"
#include "weir/reactor/loop/reactor.h"
#include "weir/reactor/testing/test_client.h"
#include "weir/reactor/testing/test_reactor.h"
#include "weir/tests/kernel/kernel_test.h"

namespace weir {
namespace {

using test::Call;
using test::KernelTest;
using test::NowNs;
using test::TestClient;
using test::TestReactor;
using test::WaitFor;

constexpr std::int64_t kMs = 1'000'000;
// CLOCK_MONOTONIC and CLOCK_REALTIME run alike but for steps of the latter; NTP slews both.
constexpr std::int64_t kClocksApartNs = kMs / 10;

Limits SampleAll() {
  Limits limits;
  limits.accept_wait_sample_every = 1;
  limits.arrival_sample_every = 1;
  return limits;
}

// A reactor by the kernel's clock, which the test steps.
class Stepped {
 public:
  explicit Stepped(std::unique_ptr<Listener> listener) : limits_(SampleAll()) {
    options_.syscalls = Syscalls::System();
    options_.clock = Clock::System();
    options_.handler = &handler_;
    options_.limits = &limits_;
    options_.admission = &admission_;
    options_.buffered_bytes = &buffered_bytes_;
    port_ = listener->address().port();
    Reactor::Listeners listeners;
    listeners.push_back(std::move(listener));
    auto reactor = Reactor::Create(options_, std::move(listeners));
    EXPECT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
  }
  Reactor* operator->() { return reactor_.get(); }
  std::uint16_t port() const { return port_; }
  HistogramCounts timing(Timing timing) const {
    return reactor_->Stats().timings[static_cast<std::size_t>(timing)];
  }

 private:
  const AnyHandler handler_ = [](const Request&, ResponseWriter) {};
  LimitsStore limits_;
  SharedAdmission admission_;
  std::atomic<std::uint64_t> buffered_bytes_{0};
  ReactorOptions options_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(KernelTest, WaitingTimesLandInTheBucketOfTheTimeThatPassed) {
  const auto jiffy_ns = static_cast<std::int64_t>(JiffyNs());
  ASSERT_GT(jiffy_ns, 0);
  for (const std::int64_t stall_ms : {5, 50, 500}) {
    Stepped reactor(Listen(16));
    const std::int64_t earliest_ns = NowNs();
    const TestClient client = TestClient::ConnectIpv4(reactor.port());
    ASSERT_TRUE(client.connected());
    ASSERT_TRUE(WaitFor([&] { return reactor->Stats().accept_queue.depth == 1; }));
    const std::int64_t latest_ns = NowNs();  // it was queued between the two
    ASSERT_TRUE(WaitFor([&] { return NowNs() - latest_ns >= stall_ms * kMs; }));
    const std::int64_t least_ns = NowNs() - latest_ns - jiffy_ns - kMs;  // told in whole ms
    reactor->RunOnce(0);
    const std::int64_t most_ns = NowNs() - earliest_ns + jiffy_ns;
    const HistogramCounts waits = reactor.timing(Timing::kAcceptQueueWait);
    ASSERT_EQ(waits.count(), 1u);
    const auto wait_ns = static_cast<std::int64_t>(waits.sum_ns);
    EXPECT_GE(wait_ns, least_ns) << stall_ms;
    EXPECT_LE(wait_ns, most_ns) << stall_ms;
    EXPECT_EQ(waits.buckets[LogBuckets::Index(waits.sum_ns)], 1u);
  }
}

// Stamps come a moment after the first socket of the host has asked for them (netstamp_work in
// net/core/dev.c).
void AwaitStamps(Stepped* reactor) {
  EXPECT_TRUE(WaitFor([&] {
    TestClient client = TestClient::ConnectIpv4(reactor->port());
    client.Send("GET");
    EXPECT_TRUE(WaitFor([&] { return client.acknowledged(); }));
    for (int i = 0; i < 3; ++i) (*reactor)->RunOnce(0);
    return reactor->timing(Timing::kArrivalAge).count() > 0;
  }));
}

TEST_F(KernelTest, TheAgeOfTheFirstBytesIsTheTimeThatTheyWaitedUnread) {
  for (const std::int64_t stall_ms : {5, 50, 500}) {
    Stepped reactor(Listen(16));
    AwaitStamps(&reactor);
    const HistogramCounts before = reactor.timing(Timing::kArrivalAge);
    TestClient client = TestClient::ConnectIpv4(reactor.port());
    ASSERT_TRUE(client.connected());
    const std::int64_t earliest_ns = NowNs();
    client.Send("GET / HT");
    ASSERT_TRUE(WaitFor([&] { return client.acknowledged(); }));
    const std::int64_t latest_ns = NowNs();  // it arrived between the two
    ASSERT_TRUE(WaitFor([&] { return NowNs() - latest_ns >= stall_ms * kMs; }));
    const std::int64_t least_ns = NowNs() - latest_ns;
    ASSERT_TRUE(WaitFor([&] {
      reactor->RunOnce(0);  // accepts, then reads
      return reactor.timing(Timing::kArrivalAge).count() > before.count();
    }));
    const std::int64_t most_ns = NowNs() - earliest_ns;
    const HistogramCounts ages = reactor.timing(Timing::kArrivalAge);
    ASSERT_EQ(ages.count(), before.count() + 1);
    const auto age_ns = static_cast<std::int64_t>(ages.sum_ns - before.sum_ns);
    EXPECT_GE(age_ns, least_ns - kClocksApartNs) << stall_ms;
    EXPECT_LE(age_ns, most_ns + kClocksApartNs) << stall_ms;
    // What comes later has no age.
    client.Send("TP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(WaitFor([&] { return client.acknowledged(); }));
    reactor->RunOnce(0);
    EXPECT_EQ(reactor.timing(Timing::kArrivalAge).count(), ages.count());
    EXPECT_EQ(reactor->Stats().counters[static_cast<std::size_t>(Counter::kArrivalsAhead)], 0u);
  }
}

// The kernel keeps the stamp of the newest packet of what one read gives.
TEST_F(KernelTest, TheAgeOfSeveralPacketsIsThatOfTheNewest) {
  Stepped reactor(Listen(16));
  AwaitStamps(&reactor);
  const HistogramCounts before = reactor.timing(Timing::kArrivalAge);
  TestClient client = TestClient::ConnectIpv4(reactor.port());
  client.Send("GET / HT");
  ASSERT_TRUE(WaitFor([&] { return client.acknowledged(); }));
  const std::int64_t first_ns = NowNs();
  ASSERT_TRUE(WaitFor([&] { return NowNs() - first_ns >= 50 * kMs; }));
  const std::int64_t earliest_ns = NowNs();
  client.Send("TP/1.1\r\n");
  ASSERT_TRUE(WaitFor([&] { return client.acknowledged(); }));
  ASSERT_TRUE(WaitFor([&] {
    reactor->RunOnce(0);
    return reactor.timing(Timing::kArrivalAge).count() > before.count();
  }));
  const std::int64_t most_ns = NowNs() - earliest_ns;
  const HistogramCounts ages = reactor.timing(Timing::kArrivalAge);
  EXPECT_LE(static_cast<std::int64_t>(ages.sum_ns - before.sum_ns), most_ns + kClocksApartNs);
}

// By the fake clock it is 1994: the stamps are ahead of it.
TEST_F(KernelTest, AnAgeThatWouldBeNegativeIsCountedAndToldAsNone) {
  TestReactor reactor([](const Request&, ResponseWriter) {}, SampleAll());
  ASSERT_TRUE(WaitFor([&] {
    TestClient client = reactor.ConnectTcp();
    client.Send("GET");
    EXPECT_TRUE(WaitFor([&] { return client.acknowledged(); }));
    reactor.Tick(3);
    return reactor.Count(Counter::kArrivalsAhead) == 1;
  }));
  const HistogramCounts ages =
      reactor.Stats().timings[static_cast<std::size_t>(Timing::kArrivalAge)];
  EXPECT_EQ(ages.count(), 1u);
  EXPECT_EQ(ages.sum_ns, 0u);
}

TEST_F(KernelTest, StampsAreReadOnceForEachSampledConnectionAndElseNever) {
  Limits limits;
  TestReactor reactor([](const Request&, ResponseWriter response) { response.Send(200, "", ""); },
                      limits);
  const auto ask_twice = [&] {
    TestClient client = reactor.ConnectTcp();
    for (int i = 0; i < 2; ++i) {
      client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_TRUE(WaitFor([&] { return client.acknowledged(); }));
      reactor.Tick(2);
    }
  };
  ask_twice();
  EXPECT_EQ(reactor.syscalls().Count(Call::kRecvMsg), 0u);
  EXPECT_EQ(reactor.syscalls().Count(Call::kRecv), 2u);
  reactor.SetLimits([](Limits* changed) { changed->arrival_sample_every = 2; });
  reactor.Tick();
  for (int i = 0; i < 4; ++i) ask_twice();
  EXPECT_EQ(reactor.syscalls().Count(Call::kRecvMsg), 2u);
  reactor.SetLimits([](Limits* changed) { changed->arrival_sample_every = 0; });
  reactor.Tick();
  ask_twice();
  EXPECT_EQ(reactor.syscalls().Count(Call::kRecvMsg), 2u);
}

// The kernel says at least 40 ms; but 3 ms ago, by its own clock, the reactor saw an empty queue.
TEST_F(KernelTest, IsNoLongerThanSinceTheQueueWasSeenEmpty) {
  TestReactor reactor([](const Request&, ResponseWriter) {}, SampleAll());
  reactor.Tick();
  const TestClient client = reactor.ConnectTcp();
  const std::int64_t queued_ns = NowNs();
  ASSERT_TRUE(WaitFor([&] { return NowNs() - queued_ns >= 40 * kMs; }));
  reactor.AdvanceMs(3);
  const HistogramCounts waits =
      reactor.Stats().timings[static_cast<std::size_t>(Timing::kAcceptQueueWait)];
  EXPECT_EQ(waits.count(), 1u);
  EXPECT_EQ(waits.sum_ns, static_cast<std::uint64_t>(3 * kMs));
}

TEST_F(KernelTest, TheSamplingRateIsLive) {
  TestReactor reactor([](const Request&, ResponseWriter) {}, SampleAll());
  const auto samples = [&] {
    return reactor.Stats().timings[static_cast<std::size_t>(Timing::kAcceptQueueWait)].count();
  };
  std::vector<TestClient> clients;
  const auto connect = [&](int count) {
    for (int i = 0; i < count; ++i) clients.push_back(reactor.ConnectTcp());
    reactor.Tick();
  };
  connect(3);
  EXPECT_EQ(samples(), 3u);
  reactor.SetLimits([](Limits* limits) { limits->accept_wait_sample_every = 0; });
  connect(3);
  EXPECT_EQ(samples(), 3u);
  reactor.SetLimits([](Limits* limits) { limits->accept_wait_sample_every = 2; });
  connect(4);
  EXPECT_EQ(samples(), 5u);
}

}  // namespace
}  // namespace weir
