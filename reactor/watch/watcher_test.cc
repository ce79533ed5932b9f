#include "weir/reactor/watch/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "weir/reactor/testing/fake_clock.h"
#include "weir/reactor/testing/told_events.h"

namespace weir {
namespace {

using test::FakeClock;
using test::ToldEvents;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A watcher of two reactors, each with two queues of a backlog of 100. The last one is looked at.
class WatcherTest : public testing::Test {
 protected:
  WatcherTest() {
    for (ReactorCounts& stats : stats_) {
      stats.reactor = static_cast<std::uint32_t>(&stats - stats_.data());
      for (const char* const name : {"public", "health"}) {
        ListenerQueue& queue = stats.listener_queues.emplace_back();
        queue.listener = name;
        queue.queue.backlog_effective = queue.queue.backlog_requested = 100;
      }
    }
  }

  ReactorCounts& reactor() { return stats_[1]; }
  // Of its second listener.
  AcceptQueueSample& queue() { return reactor().listener_queues[1].queue; }
  std::uint64_t& counter(Counter counter) {
    return reactor().counters[static_cast<std::size_t>(counter)];
  }

  // Looks, some ms later. The kinds of the events that this brings.
  std::vector<EventKind> Look(std::int64_t ms = 50) {
    clock_.AdvanceMs(ms);
    watcher_.Step(clock_.MonotonicNs(), stats_, limits_);
    return told_.Take();
  }
  const Event& event() const { return told_.first(); }

  Limits limits_;
  std::vector<ReactorCounts> stats_{2};

 private:
  FakeClock clock_;
  EventLog log_{&clock_, nullptr};
  Watcher watcher_{&log_};
  ToldEvents told_{&log_};
};

TEST_F(WatcherTest, SaysNothingWhileAllIsWell) {
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(WatcherTest, TellsOnceOfAQueueOverHalf) {
  queue().depth = 50;
  EXPECT_THAT(Look(), IsEmpty());
  queue().depth = queue().depth_max = 51;
  queue().over_half_looks = 1;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kQueueOverHalf));
  EXPECT_EQ(event().reactor, 1);
  EXPECT_EQ(event().Number("depth"), 51u);
  EXPECT_EQ(event().Number("backlog"), 100u);
  for (const std::uint32_t depth : {80, 51, 40, 51, 26}) {
    queue().depth = depth;
    if (depth > 50) ++queue().over_half_looks;
    EXPECT_THAT(Look(), IsEmpty()) << depth;
  }
  EXPECT_THAT(Look(5000), IsEmpty()) << "more than a quarter still waits";
  queue().depth = 25;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kQueueUnderHalf));
  EXPECT_THAT(Look(), IsEmpty());
  queue().depth = 60;
  ++queue().over_half_looks;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kQueueOverHalf));
}

// Also if the reactor took all of them at once.
TEST_F(WatcherTest, TellsOnceOfAQueueThatIsOverHalfBetweenLooks) {
  EXPECT_THAT(Look(), IsEmpty());
  queue().over_half_looks = 1;
  queue().depth_max = 70;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kQueueOverHalf));
  EXPECT_EQ(event().Number("depth_max"), 70u);
  for (int i = 0; i < 3; ++i) {
    ++queue().over_half_looks;
    EXPECT_THAT(Look(999), IsEmpty());
  }
  EXPECT_THAT(Look(1000), ElementsAre(EventKind::kQueueUnderHalf));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(WatcherTest, TellsOnceOfAnOverflowAndOfItsEnd) {
  queue().discards = 9;  // for another reason
  EXPECT_THAT(Look(), IsEmpty());
  queue().depth = queue().depth_max = 101;
  queue().over_half_looks = 1;
  queue().discards_when_full = 3;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kQueueOverHalf, EventKind::kOverflowBegan));
  queue().discards_when_full = 7;
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(Look(5000), IsEmpty()) << "it is still full";
  queue().depth = 30;
  queue().discards_when_full = 8;
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(Look(999), IsEmpty());
  EXPECT_THAT(Look(1), ElementsAre(EventKind::kOverflowEnded));
  EXPECT_EQ(event().Number("discards"), 8u);
  EXPECT_EQ(event().Number("refused_at_least"), 4u);
  EXPECT_EQ(event().Number("duration_ms"), 5100u);
  EXPECT_THAT(Look(), IsEmpty());
  queue().discards_when_full = 9;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kOverflowBegan));
  EXPECT_EQ(event().Number("discards"), 1u);
  EXPECT_EQ(event().Number("refused_at_least"), 1u);
  EXPECT_EQ(event().Number("discards_when_full"), 9u);
  EXPECT_THAT(event().text, HasSubstr("the kernel has dropped 1 packets of at least 1 attempts"));
}

TEST_F(WatcherTest, TellsOnceOfAStallAndOfItsEnd) {
  constexpr std::uint64_t kMs = 1'000'000;
  counter(Counter::kTicks) = 5;
  queue().depth = 7;
  reactor().connections_active = 3;
  reactor().tick_age_ns = 900 * kMs;
  EXPECT_THAT(Look(), IsEmpty()) << "it waits for events";
  reactor().busy = true;
  reactor().tick_age_ns = 200 * kMs - 1;
  EXPECT_THAT(Look(), IsEmpty());
  reactor().tick_age_ns = 200 * kMs;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorStalled));
  EXPECT_EQ(event().Number("depth"), 7u);
  EXPECT_EQ(event().Number("tick_age_ms"), 200u);
  EXPECT_EQ(event().Number("connections_active"), 3u);
  EXPECT_THAT(event().text, HasSubstr("7 connections wait to be accepted"));
  EXPECT_THAT(event().text, Not(HasSubstr("other reactors accept for it")));
  reactor().tick_age_ns = 450 * kMs;
  EXPECT_THAT(Look(), IsEmpty());
  reactor().busy = false;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorRecovered));
  EXPECT_EQ(event().Number("tick_age_ms"), 450u);
  EXPECT_EQ(event().Number("taken_by_peers"), 0u);
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(WatcherTest, TellsWhatPeersTookDuringAStall) {
  queue().taken_by_peers = 100;
  EXPECT_THAT(Look(), IsEmpty());
  reactor().busy = true;
  queue().lent = true;
  counter(Counter::kTicks) = 1;
  reactor().tick_age_ns = 40'000'000;
  queue().taken_by_peers = 103;  // before there is an event of it
  EXPECT_THAT(Look(), IsEmpty());
  reactor().tick_age_ns = 200'000'000;
  queue().taken_by_peers = 110;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorStalled));
  EXPECT_THAT(event().text, HasSubstr("other reactors accept for it"));
  queue().lent = false;
  counter(Counter::kTicks) = 2;
  reactor().tick_age_ns = 0;
  queue().taken_by_peers = 115;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorRecovered));
  EXPECT_EQ(event().Number("taken_by_peers"), 15u);
}

TEST_F(WatcherTest, TellsOneStallFromTheNext) {
  reactor().busy = true;
  reactor().tick_age_ns = 300'000'000;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorStalled));
  counter(Counter::kTicks) = 1;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorRecovered, EventKind::kReactorStalled));
  limits_.stall_event_ms = 301;
  counter(Counter::kTicks) = 2;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorRecovered));
}

TEST_F(WatcherTest, TellsOnceOfPausesAndOfTheirEnd) {
  queue().depth = 4;
  counter(Counter::kAcceptPauses) = 1;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kAcceptPaused));
  EXPECT_EQ(event().Number("depth"), 4u);
  for (int i = 0; i < 30; ++i) {
    ++counter(Counter::kAcceptPauses);
    EXPECT_THAT(Look(80), IsEmpty());
  }
  EXPECT_THAT(Look(999), IsEmpty());
  EXPECT_THAT(Look(1), ElementsAre(EventKind::kAcceptResumed));
  EXPECT_EQ(event().Number("pauses"), 31u);
  EXPECT_EQ(event().Number("duration_ms"), 2400u);
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(WatcherTest, DoesNotSayThatAStalledReactorAccepts) {
  counter(Counter::kAcceptPauses) = 1;
  reactor().busy = true;
  reactor().tick_age_ns = 300'000'000;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorStalled, EventKind::kAcceptPaused));
  EXPECT_THAT(Look(5000), IsEmpty());
  reactor().busy = false;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kReactorRecovered, EventKind::kAcceptResumed));
}

TEST_F(WatcherTest, TellsOnceOfABacklogThatIsCappedForAll) {
  for (ReactorCounts& stats : stats_) stats.listener_queues[1].queue.backlog_requested = 500;
  EXPECT_THAT(Look(), IsEmpty()) << "the change may be under way";
  EXPECT_THAT(Look(), ElementsAre(EventKind::kBacklogCapped));
  EXPECT_EQ(event().reactor, Event::kWholeServer);
  EXPECT_EQ(event().Number("backlog_requested"), 500u);
  EXPECT_EQ(event().Number("backlog"), 100u);
  EXPECT_THAT(event().fix, HasSubstr("sysctl -w net.core.somaxconn=500"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Look(), IsEmpty());
  for (ReactorCounts& stats : stats_) stats.listener_queues[1].queue.backlog_effective = 500;
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Look(), IsEmpty());
  queue().backlog_requested = 600;
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(Look(), ElementsAre(EventKind::kBacklogCapped));
}

TEST_F(WatcherTest, TellsOnceOfEachBurstOfRefusedBalancers) {
  std::uint64_t& refused =
      reactor().connections_closed[static_cast<std::size_t>(CloseReason::kProxyHeader)];
  refused = 3;
  reactor().last_proxy_error = ProxyError::kSignature;
  reactor().last_proxy_error_offset = 2;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kProxyRefused));
  EXPECT_EQ(event().Number("headers_refused"), 3u);
  EXPECT_THAT(event().text, HasSubstr("signature at byte 2"));
  refused = 4;
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(Look(1000), IsEmpty());
  reactor().connections_refused[static_cast<std::size_t>(RefuseReason::kProxyUntrusted)] = 1;
  EXPECT_THAT(Look(), ElementsAre(EventKind::kProxyRefused));
  EXPECT_EQ(event().Number("untrusted_refused"), 1u);
}

TEST_F(WatcherTest, TellsOfEachBacklogThatIsCapped) {
  for (ReactorCounts& stats : stats_) {
    for (ListenerQueue& it : stats.listener_queues) it.queue.backlog_requested = 500;
  }
  Look();
  EXPECT_THAT(Look(), ElementsAre(EventKind::kBacklogCapped)) << "both have the same";
  queue().backlog_requested = stats_[0].listener_queues[1].queue.backlog_requested = 700;
  Look();
  EXPECT_THAT(Look(), ElementsAre(EventKind::kBacklogCapped));
  EXPECT_EQ(event().Number("backlog_requested"), 700u);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(WatcherTest, DoesNotTakeAnUnknownBacklogForACappedOne) {
  queue().backlog_effective = 0;
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Look(), IsEmpty());
}

}  // namespace
}  // namespace weir
