// What weirctl top knows: two streams of a server, followed by threads of their own.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_FEED_H_
#define WEIR_CONTROL_WEIRCTL_TOP_FEED_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <mutex>
#include <thread>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/weirctl/top/view.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

// Follows WatchStats and WatchEvents from its construction to its end. Any thread may call.
class TopFeed {
 public:
  static constexpr std::size_t kMaxEvents = 1024;  // as many as the server has

  // `stub` must outlive it, `wake` is an eventfd(2) that becomes readable with each message.
  TopFeed(admin::v1::Admin::StubInterface* stub, admin::v1::ServerInfo info,
          std::uint64_t interval_ms, UniqueFd wake);
  ~TopFeed();
  TopFeed(const TopFeed&) = delete;
  TopFeed& operator=(const TopFeed&) = delete;

  int fd() const noexcept { return wake_.get(); }
  // Makes fd() unreadable until something comes.
  void ClearWake() noexcept;

  TopState state() const;
  // How many samples have come.
  std::uint64_t samples() const;
  // How the stream of samples ended; none while it goes on.
  std::optional<grpc::Status> ended() const;

 private:
  void FollowStats(std::uint64_t interval_ms);
  void FollowEvents();
  void Wake() noexcept;

  admin::v1::Admin::StubInterface* const stub_;
  const UniqueFd wake_;
  grpc::ClientContext stats_context_;
  grpc::ClientContext events_context_;
  mutable std::mutex mutex_;
  TopState state_;                     // guarded by mutex_
  std::uint64_t samples_ = 0;          // guarded by mutex_
  std::optional<grpc::Status> ended_;  // guarded by mutex_
  std::thread stats_thread_;
  std::thread events_thread_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_FEED_H_
