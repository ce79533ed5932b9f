#include "weir/reactor/events/event_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/events/descriptor_sink.h"
#include "weir/reactor/testing/fake_clock.h"

namespace weir {
namespace {

using test::FakeClock;
using testing::ElementsAre;
using testing::HasSubstr;

Event Make(EventKind kind, std::uint64_t depth = 0) {
  Event event;
  event.kind = kind;
  event.numbers = {{"depth", depth}};
  return event;
}

std::vector<std::uint64_t> Depths(const EventLog::Batch& batch) {
  std::vector<std::uint64_t> depths;
  for (const Event& event : batch.events) depths.push_back(event.Number("depth"));
  return depths;
}

TEST(EventTest, EveryKindHasANameOfItsOwn) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kEventKindCount; ++i) {
    names.push_back(Name(static_cast<EventKind>(i)));
    EXPECT_FALSE(names.back().empty());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(EventTest, IsOneLineWithItsNumbers) {
  Event event = Make(EventKind::kQueueOverHalf, 70);
  event.reactor = 1;
  event.sequence = 4;
  event.wall_seconds = 784111777;
  event.text = "a \"queue\"\nfills";
  event.fix = "raise it";
  EXPECT_EQ(ToLine(event),
            "1994-11-06T08:49:37Z weir warning queue_over_half sequence=4 reactor=1 depth=70 "
            "text=\"a \\\"queue\\\"\\nfills\" fix=\"raise it\"");
  event.text = "\x1b[2J\x7f\u00fc";
  EXPECT_THAT(ToLine(event), HasSubstr("text=\"\\x1b[2J\\x7f\u00fc\""));
}

TEST(EventLogTest, KeepsEventsWhileNobodyReads) {
  FakeClock clock;
  EventLog log(&clock, nullptr);
  clock.AdvanceMs(7);
  log.Append(Make(EventKind::kQueueOverHalf, 1));
  log.Append(Make(EventKind::kQueueUnderHalf, 2));
  const EventLog::Batch batch = log.Read(0, 10);
  EXPECT_THAT(Depths(batch), ElementsAre(1, 2));
  EXPECT_EQ(batch.events[0].sequence, 1u);
  EXPECT_EQ(batch.events[1].sequence, 2u);
  EXPECT_EQ(batch.events[0].monotonic_ns, 7'000'000);
  EXPECT_EQ(batch.events[0].wall_seconds, 784111777);
  EXPECT_THAT(Depths(log.Read(1, 10)), ElementsAre(2));
  EXPECT_THAT(Depths(log.Read(0, 1)), ElementsAre(1));
  EXPECT_TRUE(log.Read(2, 10).events.empty());
  EXPECT_TRUE(log.Read(99, 10).events.empty());
}

TEST(EventLogTest, TellsHowManyWereOverwritten) {
  FakeClock clock;
  EventLog log(&clock, nullptr, 1'000'000);
  for (std::uint64_t i = 1; i <= EventLog::kCapacity + 5; ++i) {
    log.Append(Make(EventKind::kQueueUnderHalf, i));
  }
  const EventLog::Batch batch = log.Read(2, 3);
  EXPECT_EQ(batch.lost, 3u);
  EXPECT_THAT(Depths(batch), ElementsAre(6, 7, 8));
  EXPECT_EQ(log.newest(), EventLog::kCapacity + 5);
}

TEST(EventLogTest, SuppressesBeyondItsRateAndTellsHowMany) {
  FakeClock clock;
  EventLog log(&clock, nullptr, 2);
  for (int i = 0; i < 5; ++i) log.Append(Make(EventKind::kQueueOverHalf));
  log.Append(Make(EventKind::kOverflowBegan));  // another kind has a rate of its own
  EXPECT_EQ(log.newest(), 3u);
  EXPECT_EQ(log.suppressed(), 3u);
  clock.AdvanceMs(60'000);
  log.Append(Make(EventKind::kQueueOverHalf));
  EXPECT_EQ(log.Read(3, 1).events[0].suppressed, 3u);
  log.TellSuppressed();
  EXPECT_EQ(log.newest(), 4u);
}

TEST(EventLogTest, TheRateIsLive) {
  FakeClock clock;
  EventLog log(&clock, nullptr, 1);
  for (int i = 0; i < 3; ++i) log.Append(Make(EventKind::kQueueOverHalf));
  EXPECT_EQ(log.newest(), 1u);
  log.SetPerMinute(2);
  for (int i = 0; i < 3; ++i) log.Append(Make(EventKind::kQueueOverHalf));
  EXPECT_EQ(log.newest(), 2u);
  EXPECT_EQ(log.Read(1, 1).events[0].suppressed, 2u);
  EXPECT_EQ(log.suppressed(), 4u);
}

TEST(EventLogTest, WakesWhoeverReadsOnceTheEventIsThere) {
  FakeClock clock;
  EventLog log(&clock, nullptr, 1);
  std::vector<std::uint64_t> seen;
  const int first = log.Subscribe([&] { seen.push_back(log.newest()); });
  const int second = log.Subscribe([&] { seen.push_back(100 + log.newest()); });
  log.Append(Make(EventKind::kQueueOverHalf));
  EXPECT_THAT(seen, ElementsAre(1, 101));
  log.Append(Make(EventKind::kQueueOverHalf));  // suppressed
  log.Unsubscribe(first);
  clock.AdvanceMs(60'000);
  log.TellSuppressed();
  EXPECT_THAT(seen, ElementsAre(1, 101, 102));
  log.Unsubscribe(second);
  log.Append(Make(EventKind::kQueueUnderHalf));
  EXPECT_EQ(seen.size(), 3u);
}

TEST(EventLogTest, TellsOfSuppressedEventsThatNoneFollows) {
  FakeClock clock;
  EventLog log(&clock, nullptr, 1);
  for (int i = 0; i < 3; ++i) log.Append(Make(EventKind::kReactorStalled));
  log.TellSuppressed();
  EXPECT_EQ(log.newest(), 1u);
  clock.AdvanceMs(60'000);
  log.TellSuppressed();
  log.TellSuppressed();
  ASSERT_EQ(log.newest(), 2u);
  const Event told = log.Read(1, 1).events[0];
  EXPECT_EQ(told.kind, EventKind::kEventsSuppressed);
  EXPECT_EQ(told.suppressed, 2u);
  EXPECT_THAT(told.text, HasSubstr("2 events reactor_stalled"));
}

TEST(EventLogTest, TellsTheSinkInOrderAlsoWhatTheSinkAdds) {
  FakeClock clock;
  std::vector<std::uint64_t> told;
  EventLog* self = nullptr;
  EventLog log(&clock, [&](const Event& event) {
    told.push_back(event.sequence);
    if (event.kind == EventKind::kQueueOverHalf) self->Append(Make(EventKind::kQueueUnderHalf));
    told.push_back(event.sequence);
  });
  self = &log;
  log.Append(Make(EventKind::kQueueOverHalf));
  log.Append(Make(EventKind::kQueueUnderHalf));
  EXPECT_THAT(told, ElementsAre(1, 1, 2, 2, 3, 3));
}

TEST(EventLogTest, GoesOnAfterASinkThatThrows) {
  FakeClock clock;
  std::vector<std::uint64_t> told;
  EventLog log(&clock, [&told](const Event& event) {
    told.push_back(event.sequence);
    throw std::bad_alloc();
  });
  log.Append(Make(EventKind::kQueueOverHalf));
  log.Append(Make(EventKind::kQueueUnderHalf));
  EXPECT_THAT(told, ElementsAre(1, 2));
  EXPECT_EQ(log.Read(0, 10).events.size(), 2u);
}

TEST(EventLogTest, LosesNothingBetweenThreads) {
  constexpr std::uint64_t kEach = 200;
  FakeClock clock;
  std::vector<std::uint64_t> told;
  EventLog log(
      &clock, [&told](const Event& event) { told.push_back(event.sequence); }, 1'000'000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&log] {
      for (std::uint64_t n = 0; n < kEach; ++n) log.Append(Make(EventKind::kQueueOverHalf));
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(told.size(), 3 * kEach);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(log.Read(0, 10'000).events.size(), 3 * kEach);
}

// Reads all that is in a pipe.
std::string Drain(int fd) {
  std::string text(1 << 20, '\0');
  const ssize_t got = ::read(fd, text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

TEST(DescriptorSinkTest, NeverWaitsAndTellsHowManyLinesWereLeftOut) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);  // blocking, as standard error is
  ASSERT_GE(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
  const EventSink sink = DescriptorSink(ends[1]);
  Event event = Make(EventKind::kOverflowBegan, 3);
  event.text = std::string(10'000, 'x');  // as long as a pipe takes at once
  sink(event);
  event.text = "second";
  sink(event);
  sink(event);
  const std::string first = Drain(ends[0]);
  EXPECT_EQ(first.size(), 4096u);
  EXPECT_EQ(first.back(), '\n');
  sink(event);
  sink(event);
  const std::string rest = Drain(ends[0]);
  EXPECT_THAT(rest, HasSubstr("depth=3 text=\"second\" unwritten=2\n"));
  EXPECT_EQ(rest.find("unwritten"), rest.rfind("unwritten"));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace weir
