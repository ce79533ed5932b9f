// One WatchStats stream.

#ifndef WEIR_CONTROL_STATS_STREAM_H_
#define WEIR_CONTROL_STATS_STREAM_H_

#include <grpcpp/alarm.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/stats_watchers.h"

namespace weir {

// Samples at each interval. While a write is under way no second one is begun: the sample is passed
// over and counted, and since counters are cumulative nothing is lost. So a client that never reads
// costs one message. gRPC calls it from its threads; it deletes itself.
class StatsStream final : public grpc::ServerWriteReactor<admin::v1::Stats> {
 public:
  using Interval = std::chrono::milliseconds;
  static constexpr Interval kMinInterval{100};
  static constexpr Interval kMaxInterval{60'000};
  static constexpr Interval kDefaultInterval{1000};

  StatsStream(std::shared_ptr<StatsWatchers> watchers, const admin::v1::WatchStatsRequest& request);

  // To be called once, before gRPC gets it.
  void Start();
  // Ends the stream as soon as what is under way is over.
  void End(const grpc::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Tick();
  void OnAlarm(bool fired);
  // Whether it is to end and nothing is under way: then the caller calls Finish, as the last thing
  // that it does with this, since OnDone may follow at once. REQUIRES: mutex_ is held.
  bool TakeFinish();

  const std::shared_ptr<StatsWatchers> watchers_;
  const Interval interval_;
  bool added_ = false;      // set before any callback
  admin::v1::Stats stats_;  // being written while writing_
  std::uint64_t sequence_ = 0;

  std::mutex mutex_;  // guards what follows
  bool writing_ = false;
  int alarms_ = 0;  // set, or in their callback: gRPC does not wait for those before OnDone
  bool finished_ = false;
  std::uint64_t coalesced_ = 0;
  std::optional<grpc::Status> ending_;
  std::optional<grpc::Alarm> alarm_;  // a new one each time: its callback can't set itself anew
};

}  // namespace weir

#endif  // WEIR_CONTROL_STATS_STREAM_H_
