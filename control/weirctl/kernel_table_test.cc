#include "weir/control/weirctl/kernel_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::ElementsAre;

TEST(KernelTableTest, SaysWhatTheNumberIsOf) {
  admin::v1::KernelStats kernel;
  admin::v1::SynQueue* queue = kernel.add_syn_queues();
  queue->set_address("127.0.0.1:80");
  queue->set_scope(admin::v1::SynQueue::GROUP_TOTAL);
  queue->set_half_open(7);
  queue = kernel.add_syn_queues();
  queue->set_address("127.0.0.1:81");
  queue->set_scope(admin::v1::SynQueue::PER_LISTENER);
  queue->set_half_open(3);
  queue->add_half_open_by_reactor(1);
  queue->add_half_open_by_reactor(2);
  queue = kernel.add_syn_queues();
  queue->set_address("127.0.0.1:82");
  queue->set_note("no tcp_diag");
  const auto rows = SynQueueRows(kernel);
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_THAT(rows[1], ElementsAre("127.0.0.1:80", "7", "group total", "-"));
  EXPECT_THAT(rows[2], ElementsAre("127.0.0.1:81", "3", "per listener", "-"));
  EXPECT_THAT(rows[3], ElementsAre("  reactor 0", "1", "listener", "-"));
  EXPECT_THAT(rows[4], ElementsAre("  reactor 1", "2", "listener", "-"));
  EXPECT_THAT(rows[5], ElementsAre("127.0.0.1:82", "-", "unknown", "no tcp_diag"));
}

TEST(KernelTableTest, LeavesOutCountersThatHaveNotMoved) {
  admin::v1::KernelStats kernel;
  EXPECT_EQ(NetnsRows(kernel).size(), 1u);
  (*kernel.mutable_netns_counters())["SyncookiesSent"] = 5;
  (*kernel.mutable_netns_counters())["ListenDrops"] = 0;
  const auto rows = NetnsRows(kernel);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[1], ElementsAre("SyncookiesSent", "5"));
}

}  // namespace
}  // namespace weir
