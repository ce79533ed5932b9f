// The admin service of a server, to be registered in any gRPC server.

#ifndef WEIR_CONTROL_ADMIN_SERVICE_H_
#define WEIR_CONTROL_ADMIN_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/stats_watchers.h"
#include "weir/reactor/server.h"

namespace weir {

struct AdminOptions {
  // WatchStats streams at a time; one more gets RESOURCE_EXHAUSTED. 1 to 10000.
  std::size_t max_watchers = 64;
  // How long UpdateLimits waits for every reactor to work by the new limits, in ms. A busy reactor
  // takes them at its next tick; one that is stalled is named in the answer instead.
  std::uint64_t apply_timeout_ms = 1000;
};

// weir.admin.v1.Admin. Whoever can reach it can change every limit, so register it only where that
// is right: AdminServer has safe endpoints.
//
//   weir::AdminService admin(server.get());
//   builder.RegisterService(&admin);
//
// gRPC calls it from its own threads. Destroy the grpc::Server first, then this, then the Server.
class AdminService final : public admin::v1::Admin::CallbackService {
 public:
  // `server` is not owned and must outlive this.
  explicit AdminService(Server* server, const AdminOptions& options = {});

  // Ends every stream with UNAVAILABLE and refuses new ones: call it before grpc::Server::Shutdown,
  // which waits for them otherwise. Any thread.
  void EndStreams() { watchers_->EndAll(); }

  grpc::ServerUnaryReactor* GetLimits(grpc::CallbackServerContext* context,
                                      const admin::v1::GetLimitsRequest* request,
                                      admin::v1::LimitsState* response) override;
  grpc::ServerUnaryReactor* UpdateLimits(grpc::CallbackServerContext* context,
                                         const admin::v1::UpdateLimitsRequest* request,
                                         admin::v1::LimitsState* response) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context,
                                     const admin::v1::GetStatsRequest* request,
                                     admin::v1::Stats* response) override;
  grpc::ServerWriteReactor<admin::v1::Stats>* WatchStats(
      grpc::CallbackServerContext* context, const admin::v1::WatchStatsRequest* request) override;

 private:
  grpc::Status Update(const admin::v1::UpdateLimitsRequest& request,
                      admin::v1::LimitsState* response);
  void Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const;

  Server* const server_;
  const AdminOptions options_;
  std::shared_ptr<StatsWatchers> watchers_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_ADMIN_SERVICE_H_
