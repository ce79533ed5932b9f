#include "weir/reactor/loop/reactor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

TEST(ReactorTest, DrainServesWhatHasArrivedAndClosesTheRest) {
  TestReactor reactor(Hello);
  TestClient idle = reactor.Connect();
  TestClient arrived = reactor.Connect();
  TestClient queued = reactor.ConnectTcp();
  reactor.Tick();
  TestClient waiting = reactor.ConnectTcp();
  arrived.Send(kGet);
  waiting.Send(kGet);
  reactor.reactor().RequestDrain(1000);
  reactor.Tick(3);
  EXPECT_THAT(arrived.Take(), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(waiting.Take(), HasSubstr("hello"));
  EXPECT_EQ(idle.Take(), "");
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(CloseReason::kDrainCut), 0u);
  EXPECT_FALSE(reactor.ConnectTcp().connected());
}

// The tick looks for what is asked of it before it reads the event of whoever asks: one that comes
// in between must not be waited for again.
TEST(ReactorTest, DoesNotSleepOverWhatIsAskedOfItInItsTick) {
  std::function<void()> ask;
  TestReactor reactor([&ask](const Request&, ResponseWriter response) {
    ask();
    response.Send(200, "", "");
  });
  const auto limits = [&reactor] {
    reactor.SetLimits([](Limits* changed) { changed->max_fields = 7; });
  };
  const auto drain = [&reactor] { reactor.reactor().RequestDrain(1000); };
  for (const std::function<void()>& it :
       {std::function<void()>(limits), std::function<void()>(drain)}) {
    ask = [&] {
      it();
      reactor.reactor().Wake();
    };
    TestClient client = reactor.Connect();
    client.Send(kGet);
    reactor.reactor().Wake();  // so that its event is read behind the connection's
    reactor.Tick();
    EXPECT_THAT(client.Take(), HasSubstr("200"));
    reactor.reactor().RunOnce(20);
    EXPECT_EQ(reactor.syscalls().last_wait_ms(), 0);
  }
}

TEST(ReactorTest, DrainCutsAtItsDeadline) {
  std::vector<ResponseWriter> writers;
  TestReactor reactor([&writers](const Request&, ResponseWriter response) {
    writers.push_back(std::move(response));
  });
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  reactor.reactor().RequestDrain(500);
  reactor.Tick(2);
  EXPECT_FALSE(reactor.reactor().finished());
  reactor.AdvanceMs(499);
  EXPECT_FALSE(reactor.reactor().finished());
  reactor.AdvanceMs(1);
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(CloseReason::kDrainCut), 1u);
  EXPECT_EQ(writers[0].Send(200, "", ""), SendStatus::kClientGone);
}

TEST(ReactorTest, DrainWaitsForADeferredAnswer) {
  std::vector<ResponseWriter> writers;
  TestReactor reactor([&writers](const Request&, ResponseWriter response) {
    writers.push_back(std::move(response));
  });
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  reactor.reactor().RequestDrain(500);
  reactor.Tick();
  writers[0].Send(200, "", "late");
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(reactor.reactor().finished());
  EXPECT_EQ(reactor.Count(CloseReason::kDrained), 1u);
}

TEST(ReactorTest, ALaterDrainMayOnlyBringTheDeadlineForward) {
  std::vector<ResponseWriter> writers;
  TestReactor reactor([&writers](const Request&, ResponseWriter response) {
    writers.push_back(std::move(response));
  });
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  reactor.reactor().RequestDrain(500);
  reactor.reactor().RequestDrain(5000);
  reactor.reactor().RequestDrain(100);
  reactor.AdvanceMs(100);
  EXPECT_TRUE(reactor.reactor().finished());
}

TEST(ReactorTest, PublishesTheVersionThatItWorksBy) {
  TestReactor reactor(Hello);
  EXPECT_EQ(reactor.reactor().AppliedVersion(), 1u);
  reactor.SetLimits([](Limits* limits) { limits->max_fields = 7; });
  EXPECT_EQ(reactor.reactor().AppliedVersion(), 1u);
  reactor.Tick();
  EXPECT_EQ(reactor.reactor().AppliedVersion(), 2u);
}

TEST(ReactorTest, TellsTheAgeOfItsTick) {
  TestReactor reactor(Hello);
  reactor.Tick();
  reactor.clock().AdvanceMs(5);
  EXPECT_EQ(reactor.Stats().tick_age_ns, 5'000'000u);
  EXPECT_FALSE(reactor.Stats().busy);
  EXPECT_EQ(reactor.Count(Counter::kTicks), 1u);
}

TEST(ReactorTest, IsNotMadeWithoutDescriptors) {
  for (const Call call : {Call::kEpollCreate1, Call::kEventFd, Call::kEpollCtl}) {
    for (int skip = 0; skip < (call == Call::kEpollCtl ? 2 : 1); ++skip) {
      test::FaultySyscalls syscalls;
      test::FakeClock clock;
      const AnyHandler handler = Hello;
      const LimitsStore limits{Limits()};
      const auto admission = std::make_unique<SharedAdmission>();  // apart, as in TestReactor
      auto listener = Listener::Open(&syscalls, *SocketAddress::Parse("127.0.0.1:0"), 8);
      ASSERT_TRUE(listener.ok());
      ReactorOptions options;
      options.syscalls = &syscalls;
      options.clock = &clock;
      options.handler = &handler;
      options.limits = &limits;
      options.admission = admission.get();
      syscalls.Fail(call, EMFILE, skip);
      Reactor::Listeners listeners;
      listeners.push_back(*std::move(listener));
      const auto reactor = Reactor::Create(options, std::move(listeners));
      EXPECT_EQ(reactor.status().code(), absl::StatusCode::kResourceExhausted);
    }
  }
}

}  // namespace
}  // namespace weir
