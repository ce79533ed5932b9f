#include "weir/control/server_streams.h"

#include <chrono>

#include "weir/control/byte_stream.h"
#include "weir/control/event_codec.h"
#include "weir/control/stats_codec.h"

namespace weir {
namespace {

constexpr std::size_t kMaxEventsInAMessage = 64;

std::size_t At(StreamKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

ServerStreams::ServerStreams(Server* server, const ControlCounters* counters)
    : server_(server),
      counters_(counters),
      hub_(this, Clock::System(), [this] { thread_.Wake(); }) {}

absl::Status ServerStreams::Start() {
  subscription_ = server_->events().Subscribe([this] { thread_.Wake(); });
  return thread_.Start([this] { return std::chrono::milliseconds(hub_.Step()); }, "weir-streams");
}

void ServerStreams::Stop() {
  hub_.EndAll();
  server_->events().Unsubscribe(subscription_);
  thread_.Join();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ServerStreams::Open(const StreamRequest& request) {
  return ByteStream::Open({shared_from_this(), &hub_}, request);
}

void ServerStreams::FillControl(admin::v1::Stats* stats) const {
  admin::v1::ControlStats* const control = stats->mutable_control();
  counters_->Fill(control);
  const StreamCounts counts = hub_.counts();
  control->set_watchers(counts.open);
  control->set_watchers_refused(counts.refused);
  control->set_sampling_passes(counts.passes);
  control->set_stream_messages(counts.messages);
  control->set_samples_coalesced(counts.coalesced);
}

void ServerStreams::Fill(admin::v1::Stats* stats) const {
  ToProto(server_->Stats(), stats);
  FillControl(stats);
}

ServerStreams::Bodies ServerStreams::Sample(const Wants& wants) {
  Bodies bodies;
  const ServerStats stats = server_->Stats();
  if (wants[At(StreamKind::kStats)]) {
    admin::v1::Stats message;
    ToProto(stats, &message);
    FillControl(&message);
    bodies[At(StreamKind::kStats)] = message.SerializeAsString();
  }
  if (wants[At(StreamKind::kAcceptQueues)]) {
    admin::v1::AcceptQueues message;
    ToProto(stats, &message);
    bodies[At(StreamKind::kAcceptQueues)] = message.SerializeAsString();
  }
  if (wants[At(StreamKind::kParseErrors)]) {
    admin::v1::ParseErrors message;
    ToProto(stats, &message);
    bodies[At(StreamKind::kParseErrors)] = message.SerializeAsString();
    refusals_.Take(server_->BadRequests());
  }
  return bodies;
}

ServerStreams::Events ServerStreams::ReadEvents(std::uint64_t after) {
  admin::v1::Events message;
  message.set_boot_id(server_->boot_id());
  weir::ReadEvents(server_->events(), after, kMaxEventsInAMessage, &message);
  Events events;
  events.newest = after;
  for (const admin::v1::Event& event : message.events()) {
    events.newest = event.sequence();
    events.last = events.last || event.kind() == Name(EventKind::kDrainEnded);
  }
  events.message = message.SerializeAsString();
  return events;
}

std::uint64_t ServerStreams::NewestEvent() { return server_->events().newest(); }

bool ServerStreams::Draining() { return server_->draining(); }

std::uint64_t ServerStreams::MaxStreams() {
  return server_->limits().current()->limits.max_watchers;
}

}  // namespace weir
