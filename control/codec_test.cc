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
  stats.events_newest = 11;
  stats.events_suppressed = 12;
  stats.steering_failures = 5;
  stats.warnings = {"careful"};
  ReactorStats reactor;
  for (std::size_t i = 0; i < kCounterCount; ++i) reactor.counters[i] = 100 + i;
  reactor.parse_errors[static_cast<std::size_t>(ParseError::kHostMissing)] = 5;
  reactor.connections_closed[static_cast<std::size_t>(CloseReason::kHeadTimeout)] = 6;
  reactor.connections_refused[static_cast<std::size_t>(RefuseReason::kMaxConnections)] = 7;
  reactor.proxy_errors[static_cast<std::size_t>(ProxyError::kPort)] = 8;
  reactor.last_proxy_error = ProxyError::kPort;
  reactor.last_proxy_error_offset = 27;
  reactor.accept_queue = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
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
  EXPECT_EQ(message.events().newest(), 11u);
  EXPECT_EQ(message.events().suppressed(), 12u);
  EXPECT_EQ(message.steering_failures(), 5u);
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
  EXPECT_EQ(carried.proxy_errors().at("port"), 8u);
  EXPECT_EQ(carried.last_proxy_error().kind(), "port");
  EXPECT_EQ(carried.last_proxy_error().offset(), 27u);
  EXPECT_EQ(carried.accept_queue().depth(), 1u);
  EXPECT_EQ(carried.accept_queue().depth_max(), 2u);
  EXPECT_EQ(carried.accept_queue().backlog_effective(), 3u);
  EXPECT_EQ(carried.accept_queue().backlog_requested(), 4u);
  EXPECT_EQ(carried.accept_queue().discards(), 5u);
  EXPECT_EQ(carried.accept_queue().depth_max_window(), 6u);
  EXPECT_EQ(carried.accept_queue().over_half_time().nanos(), 7);
  EXPECT_EQ(carried.accept_queue().observed_time().nanos(), 9);
  EXPECT_EQ(carried.accept_queue().over_half_looks(), 8u);
  EXPECT_EQ(carried.accept_queue().discards_when_full(), 10u);
}

TEST(StatsCodecTest, CarriesTheSizes) {
  ServerStats stats;
  stats.reactors.resize(1);
  SizeCounts& cookies = stats.reactors[0].sizes[static_cast<std::size_t>(Size::kCookie)];
  cookies.buckets[SizeBuckets::Index(700)] = 2;
  cookies.buckets[SizeBuckets::kCount - 1] = 1;
  cookies.sum = 78;
  admin::v1::Stats message;
  ToProto(stats, &message);
  const admin::v1::ReactorStats& carried = message.reactors(0);
  EXPECT_EQ(carried.sizes().size(), kSizeCount);
  const admin::v1::SizeHistogram& size = carried.sizes().at("cookie");
  EXPECT_EQ(size.count(), 3u);
  EXPECT_EQ(size.sum(), 78u);
  ASSERT_EQ(size.buckets_size(), 2);
  EXPECT_EQ(size.buckets(0).end(), 704u);
  EXPECT_EQ(size.buckets(0).count(), 2u);
  EXPECT_EQ(size.buckets(1).end(), ~std::uint64_t{0});
}

TEST(StatsCodecTest, CarriesTheShadowsThatAreSet) {
  ServerStats stats;
  stats.reactors.resize(1);
  stats.reactors[0].shadows[static_cast<std::size_t>(ShadowOf::kFields)] = {7, 50, 9, 4};
  admin::v1::Stats message;
  ToProto(stats, &message);
  ASSERT_EQ(message.reactors(0).shadows().size(), 1u);
  const admin::v1::ShadowCount& carried = message.reactors(0).shadows().at("max_fields");
  EXPECT_EQ(carried.since_version(), 7u);
  EXPECT_EQ(carried.value(), 50u);
  EXPECT_EQ(carried.judged(), 9u);
  EXPECT_EQ(carried.refused(), 4u);
}

TEST(StatsCodecTest, CarriesEveryListener) {
  ServerStats stats;
  stats.listeners = {{"public", "127.0.0.1:80", 80}, {"health", "[::1]:81", 81, 5, 6}};
  stats.reactors.resize(1);
  stats.reactors[0].listener_queues = {{"public", 20, 12, 13, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
                                       {"health", 30, 0, 0, {11}, true}};
  admin::v1::Stats message;
  ToProto(stats, &message);
  const admin::v1::ReactorStats& carried = message.reactors(0);
  ASSERT_EQ(carried.listener_queues_size(), 2);
  EXPECT_EQ(carried.listener_queues(0).listener(), "public");
  EXPECT_EQ(carried.listener_queues(0).connections_accepted(), 20u);
  EXPECT_EQ(carried.listener_queues(0).connections_active(), 12u);
  EXPECT_EQ(carried.listener_queues(0).connections_refused(), 13u);
  EXPECT_EQ(carried.listener_queues(0).queue().discards_when_full(), 10u);
  EXPECT_EQ(carried.listener_queues(1).queue().depth(), 11u);
  EXPECT_FALSE(carried.listener_queues(0).shared());
  EXPECT_TRUE(carried.listener_queues(1).shared());
  ASSERT_EQ(message.listeners_size(), 2);
  EXPECT_EQ(message.listeners(1).name(), "health");
  EXPECT_EQ(message.listeners(1).address(), "[::1]:81");
  EXPECT_EQ(message.listeners(1).listen_backlog(), 5u);
  EXPECT_FALSE(message.listeners(0).has_max_connections_per_listener());
  EXPECT_EQ(message.listeners(1).max_connections_per_listener(), 6u);
}

TEST(StatsCodecTest, CarriesWhatTheKernelTells) {
  ServerStats stats;
  admin::v1::Stats message;
  ToProto(stats, &message);
  EXPECT_FALSE(message.kernel().has_monotonic_time()) << "nothing was read yet";
  stats.kernel.monotonic_ns = 5;
  stats.kernel.counters[static_cast<std::size_t>(NetnsCounter::kListenDrops)] = 3;
  stats.kernel.counters[static_cast<std::size_t>(NetnsCounter::kReqQFullDrop)] = 0;
  stats.kernel.syn_queues = {
      {"127.0.0.1:80", SynQueueScope::kPerListener, 7, {3, 4}, ""},
      {"127.0.0.1:81", SynQueueScope::kGroupTotal, 2, {}, "why not"},
      {"127.0.0.1:82", SynQueueScope::kUnknown, 0, {}, "why"},
  };
  stats.kernel.descriptors_open = 9;
  stats.kernel.somaxconn = 4096;
  message.Clear();
  ToProto(stats, &message);
  const admin::v1::KernelStats& kernel = message.kernel();
  EXPECT_EQ(kernel.monotonic_time().nanos(), 5);
  EXPECT_EQ(kernel.netns_counters().size(), 2u);
  EXPECT_EQ(kernel.netns_counters().at("ListenDrops"), 3u);
  EXPECT_EQ(kernel.netns_counters().at("TCPReqQFullDrop"), 0u);
  ASSERT_EQ(kernel.syn_queues_size(), 3);
  EXPECT_EQ(kernel.syn_queues(0).scope(), admin::v1::SynQueue::PER_LISTENER);
  EXPECT_EQ(kernel.syn_queues(0).address(), "127.0.0.1:80");
  EXPECT_EQ(kernel.syn_queues(0).half_open(), 7u);
  EXPECT_THAT(kernel.syn_queues(0).half_open_by_reactor(), testing::ElementsAre(3, 4));
  EXPECT_EQ(kernel.syn_queues(1).scope(), admin::v1::SynQueue::GROUP_TOTAL);
  EXPECT_EQ(kernel.syn_queues(1).note(), "why not");
  EXPECT_EQ(kernel.syn_queues(2).scope(), admin::v1::SynQueue::SCOPE_UNSPECIFIED);
  EXPECT_EQ(kernel.descriptors_open(), 9u);
  EXPECT_FALSE(kernel.has_descriptors_limit());
  EXPECT_EQ(kernel.somaxconn(), 4096u);
}

}  // namespace
}  // namespace weir
