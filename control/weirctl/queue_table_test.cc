#include "weir/control/weirctl/queue_table.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;
using testing::ElementsAre;

TEST(QueueTableTest, HasARowForEachQueue) {
  admin::v1::Stats stats;
  EXPECT_EQ(QueueRows(stats).size(), 1u);
  admin::v1::ReactorStats* const reactor = stats.add_reactors();
  reactor->set_reactor(3);
  admin::v1::AcceptQueue* const queue = reactor->mutable_accept_queue();
  queue->set_depth(1);
  queue->set_backlog_effective(128);
  queue->set_backlog_requested(4096);
  queue->set_depth_max(129);
  queue->set_depth_max_window(7);
  queue->set_discards(12);
  queue->set_discards_when_full(10);
  queue->set_taken_by_peers(5);
  EXPECT_THAT(QueueRows(stats)[1],
              ElementsAre("3", "1/128", "4096", "129", "7", "-", "12", "10", "5"));
  *queue->mutable_observed_time() = TimeUtil::SecondsToDuration(8);
  *queue->mutable_over_half_time() = TimeUtil::MillisecondsToDuration(1);
  EXPECT_EQ(QueueRows(stats)[1][5], "0.01%");
}

TEST(QueueTableTest, NamesTheListenersWhereThereAreSeveral) {
  admin::v1::Stats stats;
  admin::v1::ReactorStats* const reactor = stats.add_reactors();
  admin::v1::ListenerQueue* queue = reactor->add_listener_queues();
  queue->set_listener("public");
  queue->mutable_queue()->set_depth(4);
  queue->mutable_queue()->set_depth_max(9);
  queue->mutable_queue()->set_depth_max_window(5);
  queue->mutable_queue()->set_backlog_effective(100);
  EXPECT_EQ(QueueRows(stats)[1][0], "0");
  EXPECT_EQ(SumOfQueues(*reactor).depth(), 4u);
  *reactor->add_listener_queues() = *queue;
  queue = reactor->mutable_listener_queues(1);
  queue->set_listener("health");
  queue->mutable_queue()->set_depth_max(2);
  ASSERT_EQ(QueueRows(stats).size(), 3u);
  EXPECT_EQ(QueueRows(stats)[1][0], "0 public");
  EXPECT_EQ(QueueRows(stats)[2][0], "0 health");
  queue->set_shared(true);
  EXPECT_EQ(QueueRows(stats)[2][0], "all health");
  *stats.add_reactors() = *reactor;
  stats.mutable_reactors(1)->set_reactor(1);
  EXPECT_EQ(QueueRows(stats).size(), 4u) << "a shared queue has one row";
  EXPECT_EQ(QueueRows(stats)[3][0], "1 public");
  const admin::v1::AcceptQueue sum = SumOfQueues(*reactor);
  EXPECT_EQ(sum.depth(), 8u);
  EXPECT_EQ(sum.backlog_effective(), 200u);
  EXPECT_EQ(sum.depth_max(), 9u);
  EXPECT_EQ(sum.depth_max_window(), 5u);
}

TEST(QueueTableTest, TellsWhatEachListenerHasOpen) {
  admin::v1::Stats stats;
  stats.add_listeners()->set_name("public");
  for (int i = 0; i < 2; ++i) {
    admin::v1::ListenerQueue* const queue = stats.add_reactors()->add_listener_queues();
    queue->set_connections_active(3);
  }
  EXPECT_EQ(ListenerRows(stats).size(), 1u);
  stats.mutable_reactors(1)->mutable_listener_queues(0)->set_connections_refused(2);
  EXPECT_THAT(ListenerRows(stats)[1], ElementsAre("public", "6", "-", "2"));
  stats.add_listeners()->set_name("health");
  stats.mutable_listeners(1)->set_max_connections_per_listener(5);
  EXPECT_THAT(ListenerRows(stats)[2], ElementsAre("health", "0", "5", "0"));
}

}  // namespace
}  // namespace weir
