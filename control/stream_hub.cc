#include "weir/control/stream_hub.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kIdleMs = 60'000;  // with nothing due: Add and others wake

std::int64_t NextMultiple(std::int64_t now_ns, std::int64_t interval_ms) {
  const std::int64_t interval_ns = interval_ms * kNsPerMs;
  return (now_ns / interval_ns + 1) * interval_ns;
}

// What differs from stream to stream. The fields have the same numbers in every sampled message,
// and bytes of messages that follow each other are one message (protobuf's encoding, "Last One
// Wins").
grpc::Slice Header(std::uint64_t sequence, std::uint64_t coalesced, std::int64_t interval_ms) {
  admin::v1::Stats header;
  header.set_sequence(sequence);
  header.set_coalesced(coalesced);
  *header.mutable_interval() = TimeUtil::MillisecondsToDuration(interval_ms);
  return grpc::Slice(header.SerializeAsString());
}

grpc::Status ShutsDown() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the admin service shuts down");
}

grpc::Status Drains() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server drains"); }

}  // namespace

std::int64_t StreamHub::ClampInterval(std::int64_t ms) noexcept {
  const std::int64_t held = std::clamp(ms, kMinIntervalMs, kMaxIntervalMs);
  return (held + kIntervalStepMs / 2) / kIntervalStepMs * kIntervalStepMs;
}

void StreamHub::Add(StreamClient* client, const StreamRequest& request) {
  const std::uint64_t most = source_->MaxStreams();
  const std::lock_guard<std::mutex> lock(mutex_);
  Stream& stream = streams_[client];
  stream.request = request;
  stream.due_ns = std::numeric_limits<std::int64_t>::min();  // the first message comes at once
  if (ended_) {
    stream.ending = ShutsDown();
  } else if (counts_.open >= most) {
    ++counts_.refused;
    stream.ending = grpc::Status(
        grpc::StatusCode::RESOURCE_EXHAUSTED,
        std::to_string(counts_.open) +
            " streams are open, and no more may be: end one, or raise the limit max_watchers");
  }
  if (!stream.ending) {
    ++counts_.open;
    stream.counted = true;
  }
  FinishIfIdle(client, &stream);
  wake_();
}

void StreamHub::WriteDone(StreamClient* client, bool ok) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Stream& stream = streams_.at(client);
  stream.writing = false;
  if (!ok && !stream.ending) {
    stream.ending = grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone");
  }
  FinishIfIdle(client, &stream);
  wake_();
}

void StreamHub::End(StreamClient* client, const grpc::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Stream& stream = streams_.at(client);
  if (!stream.ending) stream.ending = status;
  FinishIfIdle(client, &stream);
}

void StreamHub::Remove(StreamClient* client) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = streams_.find(client);
  if (found->second.counted) --counts_.open;
  streams_.erase(found);
}

void StreamHub::EndAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  for (auto& [client, stream] : streams_) {
    if (!stream.ending) stream.ending = ShutsDown();
    FinishIfIdle(client, &stream);
  }
}

void StreamHub::FinishIfIdle(StreamClient* client, Stream* stream) {
  if (!stream->ending || stream->writing || stream->finished) return;
  stream->finished = true;
  client->EndWith(*stream->ending);
}

std::uint64_t StreamHub::Step() {
  const std::int64_t now_ns = clock_->MonotonicNs();
  WriteEvents();
  const bool draining = source_->Draining();
  if (now_ns - last_pass_ns_ >= kMinGapNs) SampleAndWrite(now_ns, draining);
  const std::lock_guard<std::mutex> lock(mutex_);
  return MsToNext(now_ns, draining);
}

bool StreamHub::IsDue(const Stream& stream, std::int64_t now_ns, bool draining) {
  return stream.request.kind != StreamKind::kEvents && !stream.ending &&
         (draining || stream.due_ns <= now_ns);
}

// Passes over the samples of those that are not ready for one.
StreamHub::Wants StreamHub::TakeWants(std::int64_t now_ns, bool draining) {
  Wants wants{};
  for (auto& [client, stream] : streams_) {
    if (!IsDue(stream, now_ns, draining)) continue;
    if (!stream.writing) {
      wants[static_cast<std::size_t>(stream.request.kind)] = true;
    } else if (stream.due_ns <= now_ns) {
      ++stream.coalesced;
      ++counts_.coalesced;
      stream.due_ns = NextMultiple(now_ns, stream.request.interval_ms);
    }
  }
  return wants;
}

void StreamHub::SampleAndWrite(std::int64_t now_ns, bool draining) {
  Wants wants{};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wants = TakeWants(now_ns, draining);
  }
  if (std::find(wants.begin(), wants.end(), true) == wants.end()) return;
  last_pass_ns_ = now_ns;
  const StreamSource::Bodies texts = source_->Sample(wants);
  std::vector<grpc::Slice> bodies;
  for (const std::string& text : texts) bodies.emplace_back(text);
  const std::lock_guard<std::mutex> lock(mutex_);
  ++counts_.passes;
  for (auto& [client, stream] : streams_) {
    const auto kind = static_cast<std::size_t>(stream.request.kind);
    if (stream.writing || !IsDue(stream, now_ns, draining) || !wants[kind]) continue;
    const std::int64_t interval_ms = stream.request.interval_ms;
    stream.due_ns = NextMultiple(now_ns, interval_ms);
    std::vector<grpc::Slice> slices = {Header(++stream.sequence, stream.coalesced, interval_ms),
                                       bodies[kind]};
    if (stream.request.kind == StreamKind::kParseErrors) {
      slices.emplace_back(source_->RefusalsSince(&stream.refusals));
    }
    Write(client, &stream, grpc::ByteBuffer(slices.data(), slices.size()));
    if (draining) stream.ending = Drains();
  }
}

void StreamHub::WriteEvents() {
  const std::uint64_t newest = source_->NewestEvent();
  std::vector<std::pair<StreamClient*, std::uint64_t>> behind;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [client, stream] : streams_) {
      if (stream.request.kind != StreamKind::kEvents || stream.writing || stream.ending) continue;
      if (stream.sequence != 0 && stream.request.after >= newest) continue;
      behind.emplace_back(client, stream.request.after);
    }
  }
  for (const auto& [client, after] : behind) {
    const StreamSource::Events events = source_->ReadEvents(after);
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = streams_.find(client);
    // It may have gone meanwhile, and another come to its place.
    if (found == streams_.end() || found->second.writing || found->second.ending) continue;
    Stream& stream = found->second;
    if (stream.request.kind != StreamKind::kEvents || stream.request.after != after) continue;
    ++stream.sequence;
    stream.request.after = events.newest;
    const grpc::Slice slice(events.message);
    Write(client, &stream, grpc::ByteBuffer(&slice, 1));
    if (events.last) stream.ending = Drains();
  }
}

void StreamHub::Write(StreamClient* client, Stream* stream, const grpc::ByteBuffer& message) {
  stream->writing = true;
  ++counts_.messages;
  client->Write(message);
}

std::uint64_t StreamHub::MsToNext(std::int64_t now_ns, bool draining) const {
  std::int64_t next_ns = now_ns + static_cast<std::int64_t>(kIdleMs) * kNsPerMs;
  for (const auto& [client, stream] : streams_) {
    if (stream.request.kind == StreamKind::kEvents || stream.ending) continue;
    const std::int64_t due_ns = draining && !stream.writing ? now_ns : stream.due_ns;
    next_ns = std::min(next_ns, std::max(due_ns, last_pass_ns_ + kMinGapNs));
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(next_ns - now_ns, 0) + kNsPerMs - 1) /
         kNsPerMs;
}

StreamCounts StreamHub::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

}  // namespace weir
