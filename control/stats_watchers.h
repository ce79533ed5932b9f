// The WatchStats streams that are open.

#ifndef WEIR_CONTROL_STATS_WATCHERS_H_
#define WEIR_CONTROL_STATS_WATCHERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/audit_log.h"
#include "weir/reactor/server.h"

namespace weir {

class StatsStream;

// What the control plane counts of itself, and the streams that tell it. Any thread.
class StatsWatchers {
 public:
  // `server` is not owned.
  StatsWatchers(Server* server, std::size_t max_watchers, std::shared_ptr<const AuditLog> audit)
      : server_(server), max_watchers_(max_watchers), audit_(std::move(audit)) {}

  // A stream that deletes itself when it is done; one over the number ends with RESOURCE_EXHAUSTED.
  static grpc::ServerWriteReactor<admin::v1::Stats>* Open(
      const std::shared_ptr<StatsWatchers>& watchers, const admin::v1::WatchStatsRequest& request);

  // Ends all streams, and every later one, with UNAVAILABLE.
  void EndAll();

  // All statistics now.
  void Sample(admin::v1::Stats* stats) const;

  void CountDenied() { ++denied_; }
  // To be called before anything is sampled.
  void CountRefusedConnectionsBy(std::function<std::uint64_t()> count) {
    refused_connections_ = std::move(count);
  }
  void CountUpdate(bool refused) { ++(refused ? updates_refused_ : updates_); }

 private:
  friend class StatsStream;
  // Whether there is room, or why not.
  grpc::Status Add(StatsStream* stream);
  void Remove(StatsStream* stream);

  Server* const server_;
  const std::size_t max_watchers_;
  const std::shared_ptr<const AuditLog> audit_;
  std::atomic<std::uint64_t> updates_{0};
  std::atomic<std::uint64_t> updates_refused_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> denied_{0};
  std::function<std::uint64_t()> refused_connections_;
  mutable std::mutex mutex_;
  bool ended_ = false;                        // guarded by mutex_
  std::unordered_set<StatsStream*> streams_;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_CONTROL_STATS_WATCHERS_H_
