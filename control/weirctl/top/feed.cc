#include "weir/control/weirctl/top/feed.h"

#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <utility>

namespace weir {

TopFeed::TopFeed(admin::v1::Admin::StubInterface* stub, admin::v1::ServerInfo info,
                 std::uint64_t interval_ms, UniqueFd wake)
    : stub_(stub), wake_(std::move(wake)) {
  state_.info = std::move(info);
  stats_thread_ = std::thread([this, interval_ms] { FollowStats(interval_ms); });
  events_thread_ = std::thread([this] { FollowEvents(); });
}

TopFeed::~TopFeed() {
  stats_context_.TryCancel();
  events_context_.TryCancel();
  stats_thread_.join();
  events_thread_.join();
}

void TopFeed::Wake() noexcept {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof(one));
}

void TopFeed::ClearWake() noexcept {
  std::uint64_t count = 0;
  (void)!::read(wake_.get(), &count, sizeof(count));
}

TopState TopFeed::state() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

std::uint64_t TopFeed::samples() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return samples_;
}

std::optional<grpc::Status> TopFeed::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended_;
}

void TopFeed::FollowStats(std::uint64_t interval_ms) {
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
      static_cast<std::int64_t>(interval_ms));
  const auto reader = stub_->WatchStats(&stats_context_, request);
  admin::v1::Stats sample;
  while (reader->Read(&sample)) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      state_.before = std::exchange(state_.now, sample);
      ++samples_;
    }
    Wake();
  }
  const grpc::Status status = reader->Finish();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = status;
  }
  Wake();
}

void TopFeed::FollowEvents() {
  const auto reader = stub_->WatchEvents(&events_context_, {});
  admin::v1::Events message;
  while (reader->Read(&message)) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const admin::v1::Event& event : message.events()) state_.events.push_back(event);
      while (state_.events.size() > kMaxEvents) state_.events.pop_front();
    }
    Wake();
  }
  const grpc::Status status = reader->Finish();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    state_.events_ended = status.error_message().empty() ? "ended" : status.error_message();
  }
  Wake();
}

}  // namespace weir
