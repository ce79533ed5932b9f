#include "weir/control/diagnose/queue_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/control/diagnose/rules_of.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A queue that nothing is wrong with.
QueueFacts Sound() {
  QueueFacts queue;
  queue.subject = "127.0.0.1:80";
  queue.backlog = 1000;
  queue.requested = 1000;
  queue.depth_max = 10;
  queue.discards = 0;
  queue.discards_when_full = 0;
  queue.somaxconn = 4096;
  queue.raise = "do that";
  queue.again = "do that again";
  return queue;
}

std::vector<std::string> RulesOf(const QueueFacts& queue) {
  return test::RulesOf(CheckQueue(queue), "127.0.0.1:80");
}

TEST(QueueRulesTest, ASoundQueueHasNoFinding) { EXPECT_THAT(RulesOf(Sound()), IsEmpty()); }

TEST(QueueRulesTest, OverHalfThenFull) {
  QueueFacts queue = Sound();
  queue.depth = 500;
  EXPECT_THAT(RulesOf(queue), IsEmpty());
  queue.depth = 501;
  EXPECT_THAT(RulesOf(queue), ElementsAre("queue_over_half"));
  EXPECT_THAT(CheckQueue(queue)[0].fix, HasSubstr("do that"));
  queue.depth = 1000;
  EXPECT_THAT(RulesOf(queue), ElementsAre("queue_over_half"));
  queue.depth = 1001;
  EXPECT_THAT(RulesOf(queue), ElementsAre("queue_full"));
  EXPECT_EQ(CheckQueue(queue)[0].severity, Severity::kError);
  EXPECT_EQ(CheckQueue(queue)[0].evidence, "1001 of 1001 connections wait");
}

TEST(QueueRulesTest, OneConnectionInATinyQueueIsNoFinding) {
  QueueFacts queue = Sound();
  queue.backlog = 1;
  queue.requested = 1;
  queue.depth_max = 1;
  queue.depth = 1;
  EXPECT_THAT(RulesOf(queue), IsEmpty());
  queue.depth = 2;
  EXPECT_THAT(RulesOf(queue), ElementsAre("queue_full"));
}

TEST(QueueRulesTest, OverflowThatIsOver) {
  QueueFacts queue = Sound();
  queue.depth_max = 1000;
  EXPECT_THAT(RulesOf(queue), IsEmpty());
  queue.depth_max = 1001;
  EXPECT_THAT(RulesOf(queue), IsEmpty()) << "the backlog was larger then";
  queue.discards = 7;
  queue.discards_when_full = 7;
  EXPECT_THAT(RulesOf(queue), ElementsAre("queue_overflowed"));
  EXPECT_THAT(CheckQueue(queue)[0].evidence, HasSubstr("while it was full: 7"));
}

TEST(QueueRulesTest, DiscardsAreNotCalledOverflows) {
  QueueFacts queue = Sound();
  queue.discards = 3;
  EXPECT_THAT(RulesOf(queue), ElementsAre("discards"));
  EXPECT_EQ(CheckQueue(queue)[0].severity, Severity::kNote);
  queue.discards_when_full.reset();
  EXPECT_THAT(CheckQueue(queue)[0].evidence, HasSubstr("3 packets since it began to listen"));
  queue.discards.reset();
  EXPECT_THAT(RulesOf(queue), IsEmpty());
}

TEST(QueueRulesTest, ACappedBacklog) {
  QueueFacts queue = Sound();
  queue.requested = 5000;
  queue.somaxconn = 1000;
  EXPECT_THAT(RulesOf(queue), ElementsAre("backlog_capped"));
  EXPECT_THAT(CheckQueue(queue)[0].fix,
              AllOf(HasSubstr("net.core.somaxconn=5000"), HasSubstr("do that again")));
  queue.somaxconn = 5000;  // raised since
  EXPECT_THAT(RulesOf(queue), ElementsAre("backlog_capped"));
  EXPECT_EQ(CheckQueue(queue)[0].fix, "do that again");
  queue.backlog = 0;  // unknown
  EXPECT_THAT(RulesOf(queue), IsEmpty());
}

TEST(QueueRulesTest, ABacklogAtTheCapOfAnUnknownRequest) {
  QueueFacts queue = Sound();
  queue.requested.reset();
  EXPECT_THAT(RulesOf(queue), IsEmpty());
  queue.backlog = 4096;
  EXPECT_THAT(RulesOf(queue), IsEmpty());  // ample
  queue.backlog = 1024;
  queue.somaxconn = 1024;
  EXPECT_THAT(RulesOf(queue), ElementsAre("backlog_at_cap"));
  queue.somaxconn.reset();
  EXPECT_THAT(RulesOf(queue), IsEmpty());
}

TEST(QueueRulesTest, SilentDefaults) {
  for (const std::uint32_t backlog : {5, 50, 100, 128, 511}) {
    QueueFacts queue = Sound();
    queue.requested.reset();
    queue.depth_max.reset();
    queue.backlog = backlog;
    EXPECT_THAT(RulesOf(queue), ElementsAre("backlog_is_a_default")) << backlog;
    EXPECT_EQ(CheckQueue(queue)[0].severity, Severity::kNote);
    queue.backlog = backlog + 1;
    EXPECT_THAT(RulesOf(queue), IsEmpty()) << backlog;
  }
}

}  // namespace
}  // namespace weir
