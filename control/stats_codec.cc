#include "weir/control/stats_codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/time_util.h>

#include <array>
#include <cstddef>
#include <string>

#include "weir/parser/parse_error.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

// Adds those that have occurred, under the names that `name` gives for their indices.
template <std::size_t kSize, typename NameOf>
void AddCounts(const std::array<std::uint64_t, kSize>& counts, NameOf name,
               google::protobuf::Map<std::string, google::protobuf::uint64>* map) {
  for (std::size_t i = 0; i < kSize; ++i) {
    if (counts[i] != 0) (*map)[std::string(name(i))] = counts[i];
  }
}

google::protobuf::Duration ToDuration(std::uint64_t ns) {
  return TimeUtil::NanosecondsToDuration(static_cast<std::int64_t>(ns));
}

void QueueToProto(const AcceptQueueSample& queue, admin::v1::AcceptQueue* message) {
  message->set_depth(queue.depth);
  message->set_depth_max(queue.depth_max);
  message->set_backlog_effective(queue.backlog_effective);
  message->set_backlog_requested(queue.backlog_requested);
  message->set_discards(queue.discards);
  message->set_depth_max_window(queue.depth_max_window);
  *message->mutable_over_half_time() = ToDuration(queue.over_half_ns);
  message->set_over_half_looks(queue.over_half_looks);
  *message->mutable_observed_time() = ToDuration(queue.observed_ns);
  message->set_discards_when_full(queue.discards_when_full);
  message->set_lent(queue.lent);
  message->set_taken_by_peers(queue.taken_by_peers);
  message->set_steered_away(queue.steered_away);
}

void QueueToProto(const ListenerQueue& queue, admin::v1::ListenerQueue* message) {
  message->set_listener(queue.listener);
  message->set_connections_accepted(queue.connections_accepted);
  message->set_connections_active(queue.connections_active);
  message->set_connections_refused(queue.connections_refused);
  message->set_shared(queue.shared);
  QueueToProto(queue.queue, message->mutable_queue());
}

void HistogramToProto(const HistogramCounts& counts, admin::v1::Histogram* message) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
    if (counts.buckets[i] == 0) continue;
    admin::v1::Histogram::Bucket* const bucket = message->add_buckets();
    bucket->set_end_ns(LogBuckets::EndNs(i));
    bucket->set_count(counts.buckets[i]);
    total += counts.buckets[i];
  }
  message->set_count(total);
  *message->mutable_sum() = ToDuration(counts.sum_ns);
}

void SizesToProto(const SizeCounts& counts, admin::v1::SizeHistogram* message) {
  for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
    if (counts.buckets[i] == 0) continue;
    admin::v1::SizeHistogram::Bucket* const bucket = message->add_buckets();
    bucket->set_end(SizeBuckets::End(i));
    bucket->set_count(counts.buckets[i]);
    message->set_count(message->count() + counts.buckets[i]);
  }
  message->set_sum(counts.sum);
}

void ShadowsToProto(const ReactorStats& stats, admin::v1::ReactorStats* message) {
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    const ShadowCount& count = stats.shadows[i];
    if (count.since_version == 0) continue;
    const std::string name(SpecOf(static_cast<ShadowOf>(i)).name);
    admin::v1::ShadowCount* const added = &(*message->mutable_shadows())[name];
    added->set_since_version(count.since_version);
    added->set_value(count.value);
    added->set_judged(count.judged);
    added->set_refused(count.refused);
  }
}

void ReactorToProto(const ReactorStats& stats, admin::v1::ReactorStats* message) {
  message->set_reactor(stats.reactor);
  message->set_applied_limits_version(stats.applied_limits_version);
  message->set_busy(stats.busy);
  *message->mutable_tick_age() = ToDuration(stats.tick_age_ns);
  message->set_connections_active(stats.connections_active);
  message->set_connections_idle(stats.connections_idle);
  message->set_responses_pending(stats.responses_pending);
  message->set_buffered_bytes(stats.buffered_bytes);
  QueueToProto(stats.accept_queue, message->mutable_accept_queue());
  for (const ListenerQueue& it : stats.listener_queues) {
    QueueToProto(it, message->add_listener_queues());
  }
  // A test holds that each counter has a field of its name.
  const auto* const descriptor = message->GetDescriptor();
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    const std::string name(Name(static_cast<Counter>(i)));
    message->GetReflection()->SetUInt64(message, descriptor->FindFieldByName(name),
                                        stats.counters[i]);
  }
  AddCounts(
      stats.parse_errors, [](std::size_t i) { return Describe(static_cast<ParseError>(i)).name; },
      message->mutable_parse_errors());
  AddCounts(
      stats.proxy_errors, [](std::size_t i) { return Name(static_cast<ProxyError>(i)); },
      message->mutable_proxy_errors());
  if (stats.last_proxy_error != ProxyError::kNone) {
    message->mutable_last_proxy_error()->set_kind(std::string(Name(stats.last_proxy_error)));
    message->mutable_last_proxy_error()->set_offset(stats.last_proxy_error_offset);
  }
  AddCounts(
      stats.connections_closed, [](std::size_t i) { return Name(static_cast<CloseReason>(i)); },
      message->mutable_connections_closed());
  AddCounts(
      stats.connections_refused, [](std::size_t i) { return Name(static_cast<RefuseReason>(i)); },
      message->mutable_connections_refused());
  for (std::size_t i = 0; i < kTimingCount; ++i) {
    const std::string name(Name(static_cast<Timing>(i)));
    HistogramToProto(stats.timings[i], &(*message->mutable_timings())[name]);
  }
  for (std::size_t i = 0; i < kSizeCount; ++i) {
    const std::string name(Name(static_cast<Size>(i)));
    SizesToProto(stats.sizes[i], &(*message->mutable_sizes())[name]);
  }
  ShadowsToProto(stats, message);
}

void KernelToProto(const KernelStats& stats, admin::v1::KernelStats* message) {
  if (stats.monotonic_ns == 0) return;
  *message->mutable_monotonic_time() = ToDuration(stats.monotonic_ns);
  for (std::size_t i = 0; i < kNetnsCounterCount; ++i) {
    if (!stats.counters[i]) continue;
    (*message->mutable_netns_counters())[std::string(Name(static_cast<NetnsCounter>(i)))] =
        *stats.counters[i];
  }
  for (const SynQueueSample& sample : stats.syn_queues) {
    admin::v1::SynQueue* const queue = message->add_syn_queues();
    queue->set_address(sample.address);
    // The values of the two enums are the same: a test holds it.
    queue->set_scope(static_cast<admin::v1::SynQueue::Scope>(sample.scope));
    queue->set_half_open(sample.half_open);
    for (const std::uint32_t count : sample.half_open_by_reactor) {
      queue->add_half_open_by_reactor(count);
    }
    queue->set_note(sample.note);
  }
  if (stats.descriptors_open) message->set_descriptors_open(*stats.descriptors_open);
  if (stats.descriptors_limit) message->set_descriptors_limit(*stats.descriptors_limit);
  if (stats.somaxconn) message->set_somaxconn(*stats.somaxconn);
}

// What all of them begin with.
template <typename Message>
void BeginMessage(const ServerStats& stats, Message* message) {
  message->set_boot_id(stats.boot_id);
  *message->mutable_time() = TimeUtil::GetCurrentTime();
  *message->mutable_monotonic_time() = ToDuration(stats.monotonic_ns);
  *message->mutable_uptime() = ToDuration(stats.uptime_ns);
  message->set_draining(stats.draining);
}

}  // namespace

void ToProto(const ListenerInfo& listener, admin::v1::ListenerInfo* message) {
  message->set_name(listener.name);
  message->set_address(listener.address);
  message->set_listen_backlog(listener.listen_backlog);
  if (const auto own = listener.max_connections_per_listener) {
    message->set_max_connections_per_listener(*own);
  }
}

void ToProto(const ServerStats& stats, admin::v1::Stats* message) {
  BeginMessage(stats, message);
  message->set_address(stats.address);
  for (const ListenerInfo& it : stats.listeners) ToProto(it, message->add_listeners());
  message->set_limits_version(stats.limits_version);
  for (const ReactorStats& reactor : stats.reactors)
    ReactorToProto(reactor, message->add_reactors());
  message->set_steering_failures(stats.steering_failures);
  *message->mutable_jiffy() = ToDuration(stats.jiffy_ns);
  for (const std::string& warning : stats.warnings) message->add_warnings(warning);
  KernelToProto(stats.kernel, message->mutable_kernel());
  message->mutable_events()->set_newest(stats.events_newest);
  message->mutable_events()->set_suppressed(stats.events_suppressed);
}

void ToProto(const ServerStats& stats, admin::v1::AcceptQueues* message) {
  BeginMessage(stats, message);
  for (const ReactorStats& reactor : stats.reactors) {
    admin::v1::ReactorQueues* const added = message->add_reactors();
    added->set_reactor(reactor.reactor);
    for (const ListenerQueue& it : reactor.listener_queues) QueueToProto(it, added->add_queues());
  }
  KernelToProto(stats.kernel, message->mutable_kernel());
}

void ToProto(const ServerStats& stats, admin::v1::ParseErrors* message) {
  BeginMessage(stats, message);
  for (const ReactorStats& reactor : stats.reactors) {
    admin::v1::ReactorParseErrors* const added = message->add_reactors();
    added->set_reactor(reactor.reactor);
    added->set_requests(reactor.counters[static_cast<std::size_t>(Counter::kRequests)]);
    message->set_unrecorded(
        message->unrecorded() +
        reactor.counters[static_cast<std::size_t>(Counter::kBadRequestsUnrecorded)]);
    AddCounts(
        reactor.parse_errors,
        [](std::size_t i) { return Describe(static_cast<ParseError>(i)).name; },
        added->mutable_parse_errors());
  }
}

}  // namespace weir
