#include "weir/reactor/watch/drop_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "weir/reactor/testing/fake_clock.h"
#include "weir/reactor/testing/told_events.h"

namespace weir {
namespace {

using test::FakeClock;
using test::ToldEvents;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a server of two reactors with two listeners each. A listener's discards are of both reactors.
class DropWatcherTest : public testing::Test {
 protected:
  DropWatcherTest() {
    ReactorCounts reactor;
    reactor.listener_queues.resize(2);
    reactor.listener_queues[0].listener = "web";
    reactor.listener_queues[1].listener = "more";
    reactors_.assign(2, reactor);
    for (const NetnsCounter it : {NetnsCounter::kListenOverflows, NetnsCounter::kListenDrops}) {
      counter(it) = 0;
    }
  }

  std::optional<std::uint64_t>& counter(NetnsCounter counter) {
    return stats_.counters[static_cast<std::size_t>(counter)];
  }
  void Overflow(std::uint64_t attempts) {
    *counter(NetnsCounter::kListenOverflows) += attempts;
    *counter(NetnsCounter::kListenDrops) += attempts;
  }
  AcceptQueueSample& queue(std::size_t reactor = 0, std::size_t listener = 1) {
    return reactors_[reactor].listener_queues[listener].queue;
  }

  // The kinds of the events that a reading brings, a second after the one before it.
  std::vector<EventKind> Read(std::uint64_t seconds = 1) {
    stats_.monotonic_ns += seconds * 1'000'000'000;
    watcher_.Step(stats_, reactors_);
    return told_.Take();
  }
  const Event& event() const { return told_.first(); }

  KernelStats stats_;
  std::vector<ReactorCounts> reactors_;

 private:
  FakeClock clock_;
  EventLog log_{&clock_, nullptr};
  DropWatcher watcher_{&log_};
  ToldEvents told_{&log_};
};

TEST_F(DropWatcherTest, TellsOnceOfAnOverflowThatNoLookSawAndOfItsEnd) {
  EXPECT_THAT(Read(), IsEmpty());
  queue(0).discards = 2;
  queue(1).discards = 1;
  Overflow(3);
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDropsBegan));
  EXPECT_EQ(event().listener, "more");
  EXPECT_EQ(event().reactor, Event::kWholeServer);
  EXPECT_EQ(event().Number("discards"), 3u);
  EXPECT_EQ(event().Number("listen_overflows"), 3u);
  EXPECT_EQ(event().Number("listen_drops"), 3u);
  EXPECT_THAT(event().text, AllOf(HasSubstr("discarded 3 packets of more"),
                                  HasSubstr("3 of them by a full accept queue")));
  EXPECT_THAT(event().fix, HasSubstr("raise listen_backlog and net.core.somaxconn"));
  queue(0).discards = 9;
  Overflow(7);
  EXPECT_THAT(Read(4), IsEmpty());
  EXPECT_THAT(Read(1), IsEmpty());
  EXPECT_THAT(Read(9), IsEmpty());
  EXPECT_THAT(Read(1), ElementsAre(EventKind::kDropsEnded));
  EXPECT_EQ(event().Number("discards"), 10u);
  EXPECT_EQ(event().Number("listen_overflows"), 10u);
  EXPECT_EQ(event().Number("duration_ms"), 5000u);
  EXPECT_THAT(Read(100), IsEmpty());
  queue(0).discards = 10;
  Overflow(1);
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDropsBegan));
  EXPECT_EQ(event().Number("discards"), 1u);
}

TEST_F(DropWatcherTest, WhatWasRefusedBeforeTheServerIsNoEvidence) {
  Overflow(1000);
  queue().discards = 1;
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_THAT(Read(), IsEmpty());
  Overflow(1);
  ++queue().discards;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDropsBegan));
  EXPECT_EQ(event().Number("listen_overflows"), 1u);
}

TEST_F(DropWatcherTest, TellsOfSynsThatAreDroppedWithRoomInAllQueues) {
  EXPECT_THAT(Read(), IsEmpty());
  queue().discards = 4;
  *counter(NetnsCounter::kListenDrops) = 4;
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDropsBegan));
  EXPECT_EQ(event().Number("listen_overflows"), 0u);
  EXPECT_EQ(event().Number("listen_drops"), 4u);
  EXPECT_THAT(event().fix, AllOf(HasSubstr("tcp_syncookies=1"), HasSubstr("tcp_max_syn_backlog")));
}

// The two counters are not read at one moment.
TEST_F(DropWatcherTest, TheEvidenceMayBeOfTwoReadings) {
  queue().discards = 1;
  EXPECT_THAT(Read(), IsEmpty()) << "a discard alone is no refusal";
  Overflow(1);
  EXPECT_THAT(Read(), ElementsAre(EventKind::kDropsBegan));
}

TEST_F(DropWatcherTest, OneKindOfEvidenceIsNotEnough) {
  for (int i = 0; i < 3; ++i) {
    ++queue().discards;
    EXPECT_THAT(Read(), IsEmpty()) << "discarded for another reason";
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Read(), IsEmpty());
    EXPECT_THAT(Read(), IsEmpty());
    Overflow(1);
    EXPECT_THAT(Read(), IsEmpty()) << "another's listener";
  }
}

TEST_F(DropWatcherTest, LeavesFullQueuesToThoseWhoTellOfThem) {
  queue().discards = 5;
  queue().discards_when_full = 4;
  Overflow(5);
  EXPECT_THAT(Read(), IsEmpty()) << "an accept queue was seen full";
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_THAT(Read(), IsEmpty());
  queue().discards = 8;
  *counter(NetnsCounter::kListenDrops) += 3;
  counter(NetnsCounter::kReqQFullDrop) = 3;
  EXPECT_THAT(Read(), IsEmpty()) << "a SYN queue was full";
}

TEST_F(DropWatcherTest, CountersThatCannotBeReadHaveNotMoved) {
  Overflow(5);
  EXPECT_THAT(Read(), IsEmpty());
  const NetnsCounters known = stats_.counters;
  stats_.counters = {};
  queue().discards = 1;
  EXPECT_THAT(Read(), IsEmpty());
  stats_.counters = known;
  EXPECT_THAT(Read(), IsEmpty());
}

}  // namespace
}  // namespace weir
