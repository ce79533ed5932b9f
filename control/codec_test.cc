// The tables, the structs and the .proto file have the same names.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "weir/control/limits_codec.h"
#include "weir/control/stats_codec.h"

namespace weir {
namespace {

using google::protobuf::FieldDescriptor;

TEST(LimitsCodecTest, EveryLimitHasAFieldAndEveryFieldALimit) {
  const auto* const descriptor = admin::v1::Limits::descriptor();
  const LimitSpecs specs;
  EXPECT_EQ(static_cast<std::size_t>(descriptor->field_count()), specs.size());
  for (const LimitSpec& spec : specs) {
    const FieldDescriptor* const field = descriptor->FindFieldByName(std::string(spec.name));
    ASSERT_NE(field, nullptr) << spec.name;
    EXPECT_EQ(field->cpp_type(), FieldDescriptor::CPPTYPE_UINT64) << spec.name;
    EXPECT_TRUE(field->has_presence()) << spec.name;
  }
}

TEST(LimitsCodecTest, CarriesEveryValue) {
  Limits limits;
  std::uint64_t next = 1000;
  for (const LimitSpec& spec : LimitSpecs()) limits.*spec.member = ++next;
  admin::v1::UpdateLimitsRequest request;
  ToProto(limits, request.mutable_limits());
  const auto changes = ReadChanges(request);
  ASSERT_TRUE(changes.ok());
  ASSERT_EQ(changes->size(), LimitSpecs().size());
  for (const LimitChange& change : *changes) {
    EXPECT_EQ(change.value, limits.*change.spec->member) << change.spec->name;
  }
}

TEST(StatsCodecTest, EveryCounterHasAField) {
  const auto* const descriptor = admin::v1::ReactorStats::descriptor();
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    const std::string name(Name(static_cast<Counter>(i)));
    const FieldDescriptor* const field = descriptor->FindFieldByName(name);
    ASSERT_NE(field, nullptr) << name;
    EXPECT_EQ(field->cpp_type(), FieldDescriptor::CPPTYPE_UINT64) << name;
  }
}

TEST(StatsCodecTest, CarriesEveryNumber) {
  ServerStats stats;
  stats.boot_id = "boot";
  stats.uptime_ns = 1'500'000'000;
  stats.limits_version = 9;
  stats.warnings = {"careful"};
  ReactorStats reactor;
  for (std::size_t i = 0; i < kCounterCount; ++i) reactor.counters[i] = 100 + i;
  reactor.parse_errors[static_cast<std::size_t>(ParseError::kHostMissing)] = 5;
  reactor.connections_closed[static_cast<std::size_t>(CloseReason::kHeadTimeout)] = 6;
  reactor.connections_refused[static_cast<std::size_t>(RefuseReason::kMaxConnections)] = 7;
  reactor.accept_queue = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  reactor.listener_queues = {{"public", 20, reactor.accept_queue}, {"health", 30, {11}}};
  stats.listeners = {{"public", "127.0.0.1:80", 80}, {"health", "[::1]:81", 81}};
  HistogramCounts& waits = reactor.timings[static_cast<std::size_t>(Timing::kAcceptQueueWait)];
  waits.buckets[0] = 4;
  waits.buckets[LogBuckets::kCount - 1] = 3;
  waits.sum_ns = 77;
  stats.jiffy_ns = 4'000'000;
  stats.reactors = {reactor};
  admin::v1::Stats message;
  ToProto(stats, &message);
  EXPECT_EQ(message.boot_id(), "boot");
  EXPECT_EQ(message.uptime().nanos(), 500'000'000);
  EXPECT_EQ(message.limits_version(), 9u);
  EXPECT_EQ(message.warnings(0), "careful");
  EXPECT_EQ(message.jiffy().nanos(), 4'000'000);
  const admin::v1::ReactorStats& carried = message.reactors(0);
  EXPECT_EQ(carried.timings().size(), kTimingCount);
  const admin::v1::Histogram& timing = carried.timings().at("accept_queue_wait");
  EXPECT_EQ(timing.count(), 7u);
  EXPECT_EQ(timing.sum().nanos(), 77);
  ASSERT_EQ(timing.buckets_size(), 2);
  EXPECT_EQ(timing.buckets(0).end_ns(), 1024u);
  EXPECT_EQ(timing.buckets(0).count(), 4u);
  EXPECT_EQ(timing.buckets(1).end_ns(), ~std::uint64_t{0});
  EXPECT_EQ(carried.ticks(), 100u);
  EXPECT_EQ(carried.accept_pauses(), 100u + static_cast<std::size_t>(Counter::kAcceptPauses));
  EXPECT_EQ(carried.drain_queue_cut(), 100u + static_cast<std::size_t>(Counter::kDrainQueueCut));
  EXPECT_EQ(carried.parse_errors().at("host_missing"), 5u);
  EXPECT_EQ(carried.parse_errors().size(), 1u);
  EXPECT_EQ(carried.connections_closed().at("head_timeout"), 6u);
  EXPECT_EQ(carried.connections_refused().at("max_connections"), 7u);
  EXPECT_EQ(carried.accept_queue().depth(), 1u);
  EXPECT_EQ(carried.accept_queue().depth_max(), 2u);
  EXPECT_EQ(carried.accept_queue().backlog_effective(), 3u);
  EXPECT_EQ(carried.accept_queue().backlog_requested(), 4u);
  EXPECT_EQ(carried.accept_queue().discards(), 5u);
  EXPECT_EQ(carried.accept_queue().depth_max_window(), 6u);
  EXPECT_EQ(carried.accept_queue().over_half_time().nanos(), 7);
  EXPECT_EQ(carried.accept_queue().observed_time().nanos(), 8);
  EXPECT_EQ(carried.accept_queue().discards_when_full(), 9u);
  ASSERT_EQ(carried.listener_queues_size(), 2);
  EXPECT_EQ(carried.listener_queues(0).listener(), "public");
  EXPECT_EQ(carried.listener_queues(0).connections_accepted(), 20u);
  EXPECT_EQ(carried.listener_queues(0).queue().discards_when_full(), 9u);
  EXPECT_EQ(carried.listener_queues(1).queue().depth(), 11u);
  ASSERT_EQ(message.listeners_size(), 2);
  EXPECT_EQ(message.listeners(1).name(), "health");
  EXPECT_EQ(message.listeners(1).address(), "[::1]:81");
}

}  // namespace
}  // namespace weir
