#include "weir/reactor/watch/kernel_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

class KernelWatcherTest : public testing::Test {
 protected:
  KernelWatcherTest() {
    ReactorCounts reactor;
    reactor.listener_queues.resize(2);
    reactor.listener_queues[0].listener = "web";
    reactor.listener_queues[1].listener = "more";
    reactors_.assign(2, reactor);
  }

  std::uint64_t& counter(NetnsCounter counter) {
    auto& value = stats_.counters[static_cast<std::size_t>(counter)];
    if (!value.has_value()) value = 0;
    return *value;
  }

  // The kinds of the events that a reading brings, a second after the one before it.
  std::vector<EventKind> Read(std::uint64_t seconds = 1) {
    stats_.monotonic_ns += seconds * 1'000'000'000;
    watcher_.Step(stats_, reactors_, limits_);
    return told_.Take();
  }
  const Event& event() const { return told_.first(); }

  // What the two reactors tell of listener `index`.
  void SetBacklog(std::size_t index, std::uint64_t requested, std::uint32_t effective) {
    for (ReactorCounts& it : reactors_) {
      AcceptQueueSample* const queue = &it.listener_queues[index].queue;
      queue->backlog_requested = requested;
      queue->backlog_effective = effective;
    }
  }

  KernelStats stats_;
  std::vector<ReactorCounts> reactors_;
  Limits limits_;

 private:
  FakeClock clock_;
  EventLog log_{&clock_, nullptr};
  KernelWatcher watcher_{&log_};
  ToldEvents told_{&log_};
};

TEST_F(KernelWatcherTest, TellsOnceThatDescriptorsAreLowAndThatTheyAreNot) {
  EXPECT_THAT(Read(), IsEmpty()) << "nothing is known";
  stats_.descriptors_limit = 1000;
  stats_.descriptors_open = 899;
  EXPECT_THAT(Read(), IsEmpty());
  stats_.descriptors_open = 900;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDescriptorsLow));
  EXPECT_EQ(event().Number("descriptors_open"), 900u);
  EXPECT_EQ(event().Number("descriptors_limit"), 1000u);
  EXPECT_THAT(event().fix, HasSubstr("RLIMIT_NOFILE"));
  for (const std::uint64_t open : {950, 899, 801, 900}) {
    stats_.descriptors_open = open;
    EXPECT_THAT(Read(), IsEmpty()) << open;
  }
  stats_.descriptors_open = 800;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDescriptorsEnough));
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_F(KernelWatcherTest, TellsOnceThatSynCookiesBeganAndEnded) {
  stats_.syn_queues.resize(2);
  stats_.syn_queues[0].half_open = 3;
  stats_.syn_queues[1].half_open = 4;
  counter(NetnsCounter::kListenDrops) = 9;
  EXPECT_THAT(Read(), IsEmpty());
  counter(NetnsCounter::kReqQFullDoCookies) = 5;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kSynCookiesBegan));
  EXPECT_EQ(event().Number("cookies"), 5u);
  EXPECT_EQ(event().Number("syns_dropped"), 0u);
  EXPECT_EQ(event().Number("half_open"), 7u);
  EXPECT_THAT(event().fix, HasSubstr("raise listen_backlog"));
  counter(NetnsCounter::kReqQFullDoCookies) = 8;
  EXPECT_THAT(Read(9), IsEmpty());
  EXPECT_THAT(Read(9), IsEmpty());
  EXPECT_THAT(Read(1), ElementsAre(EventKind::kSynCookiesEnded));
  EXPECT_EQ(event().Number("cookies"), 8u);
  EXPECT_EQ(event().Number("duration_ms"), 9000u);
  EXPECT_THAT(Read(100), IsEmpty());
}

TEST_F(KernelWatcherTest, CountersThatCannotBeReadHaveNotMoved) {
  counter(NetnsCounter::kReqQFullDoCookies) = 0;
  EXPECT_THAT(Read(), IsEmpty());
  counter(NetnsCounter::kReqQFullDoCookies) = 500;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kSynCookiesBegan));
  EXPECT_THAT(Read(10), ElementsAre(EventKind::kSynCookiesEnded));
  const NetnsCounters known = stats_.counters;
  stats_.counters = {};
  EXPECT_THAT(Read(), IsEmpty());
  stats_.counters = known;
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_F(KernelWatcherTest, TellsOfSynsThatAreDroppedForWantOfCookies) {
  counter(NetnsCounter::kReqQFullDrop) = 2;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kSynCookiesBegan));
  EXPECT_EQ(event().Number("syns_dropped"), 2u);
  EXPECT_THAT(event().fix, HasSubstr("tcp_syncookies=1"));
}

// The kernel caps a backlog when listen(2) is called: a later rise is offered, once for each.
TEST_F(KernelWatcherTest, OffersEachRiseOfSomaxconnOnce) {
  limits_.listen_backlog = 64;
  SetBacklog(0, 64, 16);
  SetBacklog(1, 16, 16);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Read(), IsEmpty()) << "it can't be read";
  for (const std::uint64_t somaxconn : {16, 16, 8, 8}) {
    stats_.somaxconn = somaxconn;
    EXPECT_THAT(Read(), IsEmpty()) << somaxconn;
  }
  stats_.somaxconn = 32;
  EXPECT_THAT(Read(), IsEmpty()) << "the backlog may be changing";
  EXPECT_THAT(Read(), ElementsAre(EventKind::kBacklogRaisable));
  EXPECT_EQ(event().reactor, Event::kWholeServer);
  EXPECT_EQ(event().listener, "web");
  EXPECT_EQ(event().Number("backlog_requested"), 64u);
  EXPECT_EQ(event().Number("backlog"), 16u);
  EXPECT_EQ(event().Number("backlog_possible"), 32u);
  EXPECT_EQ(event().Number("somaxconn"), 32u);
  EXPECT_THAT(event().fix, HasSubstr("weirctl limits set listen_backlog=64"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Read(), IsEmpty());
}

TEST_F(KernelWatcherTest, OffersWhatIsPossibleAnewOnlyOnceThatIsMore) {
  SetBacklog(0, 64, 16);
  const auto read_twice = [&](std::uint64_t somaxconn) {
    stats_.somaxconn = somaxconn;
    EXPECT_THAT(Read(), IsEmpty()) << somaxconn;
    return Read();
  };
  EXPECT_THAT(read_twice(32), ElementsAre(EventKind::kBacklogRaisable));
  EXPECT_THAT(read_twice(24), IsEmpty()) << "a fall";
  EXPECT_THAT(read_twice(1000), ElementsAre(EventKind::kBacklogRaisable));
  EXPECT_EQ(event().Number("backlog_possible"), 64u) << "no more was asked for";
  EXPECT_THAT(read_twice(2000), IsEmpty());
  SetBacklog(0, 64, 64);
  EXPECT_THAT(read_twice(2000), IsEmpty());
  SetBacklog(0, 0, 0);
  EXPECT_THAT(read_twice(2000), IsEmpty()) << "nothing is known";
}

// A change of the backlog passes between two numbers of one reading.
TEST_F(KernelWatcherTest, DoesNotTakeALoweredBacklogForOneThatCouldBeMore) {
  stats_.somaxconn = 4096;
  SetBacklog(0, 64, 64);
  EXPECT_THAT(Read(), IsEmpty());
  SetBacklog(0, 64, 3);
  EXPECT_THAT(Read(), IsEmpty());
  SetBacklog(0, 3, 3);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Read(), IsEmpty());
}

}  // namespace
}  // namespace weir
