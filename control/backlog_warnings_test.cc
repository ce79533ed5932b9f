#include "weir/control/backlog_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A server of two reactors and two listeners, which all took the backlog of version 2.
class BacklogWarningsTest : public testing::Test {
 protected:
  BacklogWarningsTest() {
    snapshot_.version = stats_.backlogs_version = 2;
    snapshot_.limits.listen_backlog = 64;
    stats_.reactors.resize(2);
    for (std::uint32_t i = 0; i < 2; ++i) {
      stats_.reactors[i].reactor = i;
      stats_.reactors[i].listener_queues.resize(2);
      for (ListenerQueue& it : stats_.reactors[i].listener_queues) it.queue.backlog_requested = 64;
    }
    for (ReactorStats& it : stats_.reactors) it.listener_queues[1].listener = "health";
  }

  ListenerQueue& last() { return stats_.reactors[1].listener_queues[1]; }
  std::vector<std::string> Warnings() const { return BacklogWarnings(stats_, snapshot_); }

  ServerStats stats_;
  LimitsSnapshot snapshot_;
};

TEST_F(BacklogWarningsTest, NamesTheOneThatKeptTheOldBacklog) {
  EXPECT_THAT(Warnings(), IsEmpty());
  last().queue.backlog_requested = 16;
  EXPECT_THAT(Warnings(), ElementsAre(AllOf(HasSubstr("reactor 1, health"), HasSubstr("backlog 64"),
                                            HasSubstr("16 is still in force"))));
}

TEST_F(BacklogWarningsTest, KnowsABacklogOfAListenersOwn) {
  snapshot_.layers.Set(LimitLayer::kOperator,
                       {FindLimitSpec("listen_backlog"), 16, LayerValue::kNever, "health"});
  EXPECT_EQ(Warnings().size(), 2u);
  for (ReactorStats& reactor : stats_.reactors) {
    reactor.listener_queues[1].queue.backlog_requested = 16;
  }
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(BacklogWarningsTest, LeavesOutWhoHasNotTriedYetAndWhoOnlyShares) {
  last().queue.backlog_requested = 16;
  stats_.backlogs_version = 1;
  EXPECT_THAT(Warnings(), IsEmpty());
  stats_.backlogs_version = 2;
  last().shared = true;
  EXPECT_THAT(Warnings(), IsEmpty());
  last().shared = false;
  stats_.draining = true;
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(BacklogWarningsTest, NamesTheOneThatCouldHaveMoreByNow) {
  last().queue.backlog_effective = 16;
  EXPECT_THAT(Warnings(), IsEmpty()) << "somaxconn can't be read";
  stats_.kernel.somaxconn = 16;
  EXPECT_THAT(Warnings(), IsEmpty());
  stats_.kernel.somaxconn = 32;
  EXPECT_THAT(Warnings(), ElementsAre(AllOf(HasSubstr("reactor 1, health"), HasSubstr("acts as 16"),
                                            HasSubstr("somaxconn is 32 by now"))));
}

TEST_F(BacklogWarningsTest, TheEffectiveBacklogIsTheLeastThatTheKernelTold) {
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "", 7), 7u) << "it told none";
  for (ReactorStats& reactor : stats_.reactors) {
    for (ListenerQueue& it : reactor.listener_queues) it.queue.backlog_effective = 50;
  }
  last().queue.backlog_effective = 16;
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "", 7), 16u);
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "health", 7), 16u);
  snapshot_.layers.Set(LimitLayer::kOperator,
                       {FindLimitSpec("listen_backlog"), 16, LayerValue::kNever, "health"});
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "", 7), 50u) << "health has one of its own";
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "health", 7), 16u);
  stats_.backlogs_version = 1;
  EXPECT_EQ(EffectiveBacklog(stats_, snapshot_, "health", 7), 7u);
}

}  // namespace
}  // namespace weir
