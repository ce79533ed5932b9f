#include "weir/control/stats_watchers.h"

#include <string>

#include "weir/control/stats_codec.h"
#include "weir/control/stats_stream.h"

namespace weir {

grpc::ServerWriteReactor<admin::v1::Stats>* StatsWatchers::Open(
    const std::shared_ptr<StatsWatchers>& watchers, const admin::v1::WatchStatsRequest& request) {
  auto* const stream = new StatsStream(watchers, request);
  stream->Start();
  return stream;
}

grpc::Status StatsWatchers::Add(StatsStream* stream) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ended_) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the admin service shuts down");
  if (streams_.size() >= max_watchers_) {
    ++refused_;
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        std::to_string(max_watchers_) +
                            " streams are open, which is the most: end one, or raise "
                            "AdminOptions::max_watchers");
  }
  streams_.insert(stream);
  return grpc::Status::OK;
}

void StatsWatchers::Remove(StatsStream* stream) {
  const std::lock_guard<std::mutex> lock(mutex_);
  streams_.erase(stream);
}

// Under the lock, so that no stream can be deleted meanwhile: OnDone waits in Remove.
void StatsWatchers::EndAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  for (StatsStream* const stream : streams_) {
    stream->End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the admin service shuts down"));
  }
}

void StatsWatchers::Sample(admin::v1::Stats* stats) const {
  ToProto(server_->Stats(), stats);
  admin::v1::ControlStats* const control = stats->mutable_control();
  control->set_limit_updates(updates_.load());
  control->set_limit_updates_refused(updates_refused_.load());
  control->set_watchers_refused(refused_.load());
  control->set_calls_denied(denied_.load());
  if (refused_connections_) control->set_connections_refused(refused_connections_());
  control->set_audit_write_failures(audit_->write_failures());
  const std::lock_guard<std::mutex> lock(mutex_);
  control->set_watchers(streams_.size());
}

}  // namespace weir
