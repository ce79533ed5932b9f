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
  EXPECT_THAT(QueueRows(stats)[1], ElementsAre("3", "1/128", "4096", "129", "7", "-", "12", "10"));
  *queue->mutable_observed_time() = TimeUtil::SecondsToDuration(8);
  *queue->mutable_over_half_time() = TimeUtil::MillisecondsToDuration(1);
  EXPECT_EQ(QueueRows(stats)[1][5], "0.01%");
}

}  // namespace
}  // namespace weir
