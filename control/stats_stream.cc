#include "weir/control/stats_stream.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

StatsStream::Interval ChooseInterval(const admin::v1::WatchStatsRequest& request) {
  if (!request.has_interval()) return StatsStream::kDefaultInterval;
  // Compared in seconds first: a Duration may be larger than any count of milliseconds.
  const std::int64_t seconds = request.interval().seconds();
  if (seconds >= 60) return StatsStream::kMaxInterval;
  if (seconds < 0) return StatsStream::kMinInterval;
  const StatsStream::Interval interval(seconds * 1000 + request.interval().nanos() / 1'000'000);
  return std::clamp(interval, StatsStream::kMinInterval, StatsStream::kMaxInterval);
}

}  // namespace

StatsStream::StatsStream(std::shared_ptr<StatsWatchers> watchers,
                         const admin::v1::WatchStatsRequest& request)
    : watchers_(std::move(watchers)), interval_(ChooseInterval(request)) {}

void StatsStream::Start() {
  const grpc::Status status = watchers_->Add(this);
  added_ = status.ok();
  if (!added_) return End(status);
  Tick();
}

// Runs only where this can't be deleted meanwhile: before gRPC has it, or in an alarm's callback.
void StatsStream::Tick() {
  std::uint64_t coalesced = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ending_) return;
    ++alarms_;
    alarm_.emplace();
    alarm_->Set(std::chrono::system_clock::now() + interval_,
                [this](bool fired) { OnAlarm(fired); });
    if (writing_) {
      ++coalesced_;
      return;
    }
    writing_ = true;
    coalesced = coalesced_;
  }
  stats_.Clear();
  watchers_->Sample(&stats_);
  stats_.set_sequence(++sequence_);
  stats_.set_coalesced(coalesced);
  *stats_.mutable_interval() = TimeUtil::MillisecondsToDuration(interval_.count());
  const bool last = stats_.draining();
  StartWrite(&stats_);
  if (last) End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server drains"));
}

void StatsStream::OnAlarm(bool fired) {
  if (fired) Tick();
  bool finish = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --alarms_;
    finish = TakeFinish();
  }
  if (finish) Finish(*ending_);
}

void StatsStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
    if (ok && !ending_) return;
  }
  End(grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone"));
}

void StatsStream::OnCancel() { End(grpc::Status::CANCELLED); }

void StatsStream::End(const grpc::Status& status) {
  bool finish = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!ending_) ending_ = status;
    if (alarm_) alarm_->Cancel();
    finish = TakeFinish();
  }
  if (finish) Finish(*ending_);
}

bool StatsStream::TakeFinish() {
  if (!ending_ || writing_ || alarms_ > 0 || finished_) return false;
  finished_ = true;
  return true;
}

void StatsStream::OnDone() {
  if (added_) watchers_->Remove(this);
  delete this;
}

}  // namespace weir
