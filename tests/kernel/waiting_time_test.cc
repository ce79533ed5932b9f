// The time in the accept queue against the time that passed.
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

using test::KernelTest;
using test::NowNs;
using test::TestClient;
using test::TestReactor;
using test::WaitFor;

constexpr std::int64_t kMs = 1'000'000;

Limits SampleAll() {
  Limits limits;
  limits.accept_wait_sample_every = 1;
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
  HistogramCounts waits() const {
    return reactor_->Stats().timings[static_cast<std::size_t>(Timing::kAcceptQueueWait)];
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
    const HistogramCounts waits = reactor.waits();
    ASSERT_EQ(waits.count(), 1u);
    const auto wait_ns = static_cast<std::int64_t>(waits.sum_ns);
    EXPECT_GE(wait_ns, least_ns) << stall_ms;
    EXPECT_LE(wait_ns, most_ns) << stall_ms;
    EXPECT_EQ(waits.buckets[LogBuckets::Index(waits.sum_ns)], 1u);
  }
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
