// The admin service of a server, to be registered in any gRPC server.

#ifndef WEIR_CONTROL_ADMIN_SERVICE_H_
#define WEIR_CONTROL_ADMIN_SERVICE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/audit_log.h"
#include "weir/control/control_counters.h"
#include "weir/control/file_layer.h"
#include "weir/control/limits_calls.h"
#include "weir/control/limits_waits.h"
#include "weir/control/server_streams.h"
#include "weir/reactor/server.h"

namespace weir {

struct AdminOptions {
  // How long UpdateLimits waits for every reactor to work by the new limits, in ms. A busy reactor
  // takes them at its next tick; one that is stalled is named in the answer instead.
  std::uint64_t apply_timeout_ms = 1000;
  // A file of limits, a line for each ("max_head_bytes = 32768", "listen_backlog@health = 16" for
  // one listener, "#" for comments), that is the layer LIMIT_LAYER_FILE and is looked at once a
  // second: what is found twice counts. "" for none.
  std::string limits_file;
  // Where changes that are to survive a restart are kept, and read from at the start. "" for
  // nowhere: such changes are then refused.
  std::string state_file;
  // Where each change, and each call that was denied, is appended as a line of JSON, soon after it
  // was answered. "" for nowhere: the last ones are in memory all the same.
  std::string audit_file;
  // How large it may become, in bytes: then it is renamed to AUDIT_FILE.1, in the place of the one
  // before, and begun anew. 0 if something else sees to that.
  std::uint64_t audit_file_max_bytes = 64 * 1024 * 1024;
};

// The service with its streams as bytes: those that are due at once share them.
using AdminCallbacks = admin::v1::Admin::WithRawCallbackMethod_WatchStats<
    admin::v1::Admin::WithRawCallbackMethod_WatchAcceptQueues<
        admin::v1::Admin::WithRawCallbackMethod_WatchParseErrors<
            admin::v1::Admin::WithRawCallbackMethod_WatchEvents<
                admin::v1::Admin::CallbackService>>>>;

// weir.admin.v1.Admin. Whoever can reach it can change every limit, so register it only where that
// is right: AdminServer has safe endpoints.
//
//   weir::AdminService admin(server.get());
//   builder.RegisterService(&admin);
//
// gRPC calls it from its own threads. Destroy the grpc::Server first, then this, then the Server.
class AdminService final : public AdminCallbacks {
 public:
  // `server` is not owned and must outlive this.
  explicit AdminService(Server* server, const AdminOptions& options = {});
  ~AdminService() override;

  // What is wrong with the files of the options, if anything: the service works without them then.
  const absl::Status& status() const noexcept { return status_; }

  // Ends every stream with UNAVAILABLE and refuses new ones: call it before grpc::Server::Shutdown,
  // which waits for them otherwise. Any thread.
  void EndStreams() { streams_->EndAll(); }

  // `tell` is called when the server has begun to drain, from any thread and maybe more than once;
  // null: no longer.
  void OnDrain(std::function<void()> tell);

  // Counts a call that was refused before it came here, and writes it down unless kDenialsPerSecond
  // were already: a flood must not fill the disk. The event call_denied tells of it soon after. Any
  // thread.
  static constexpr int kDenialsPerSecond = 10;
  void RecordDenied(const std::string& identity, const std::string& method);
  // Counts a connection whose first call has come. Any thread.
  void CountCaller() { counters_.CountCaller(); }
  void CountAdmitted() { counters_.CountAdmitted(); }
  void CountBegun() { counters_.CountBegun(); }
  // What is counted elsewhere of connections. To be set before any call.
  void CountConnectionsBy(std::function<ControlCounters::Connections()> count) {
    counters_.CountConnectionsBy(std::move(count));
  }

  grpc::ServerUnaryReactor* GetLimits(grpc::CallbackServerContext* context,
                                      const admin::v1::GetLimitsRequest* request,
                                      admin::v1::LimitsState* response) override;
  grpc::ServerUnaryReactor* UpdateLimits(grpc::CallbackServerContext* context,
                                         const admin::v1::UpdateLimitsRequest* request,
                                         admin::v1::LimitsState* response) override;
  grpc::ServerUnaryReactor* RollBackLimits(grpc::CallbackServerContext* context,
                                           const admin::v1::RollBackLimitsRequest* request,
                                           admin::v1::LimitsState* response) override;
  grpc::ServerUnaryReactor* ListLimitsRevisions(
      grpc::CallbackServerContext* context, const admin::v1::ListLimitsRevisionsRequest* request,
      admin::v1::ListLimitsRevisionsResponse* response) override;
  grpc::ServerUnaryReactor* ListAuditRecords(
      grpc::CallbackServerContext* context, const admin::v1::ListAuditRecordsRequest* request,
      admin::v1::ListAuditRecordsResponse* response) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context,
                                     const admin::v1::GetStatsRequest* request,
                                     admin::v1::Stats* response) override;
  grpc::ServerUnaryReactor* ListBadRequests(grpc::CallbackServerContext* context,
                                            const admin::v1::ListBadRequestsRequest* request,
                                            admin::v1::ListBadRequestsResponse* response) override;
  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const admin::v1::DiagnoseRequest* request,
                                     admin::v1::Diagnosis* response) override;
  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const admin::v1::GetServerInfoRequest* request,
                                          admin::v1::ServerInfo* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const admin::v1::DrainRequest* request,
                                  admin::v1::DrainResponse* response) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const admin::v1::ListEventsRequest* request,
                                       admin::v1::Events* response) override;
  // The requests are those of admin.proto, serialized; INVALID_ARGUMENT if they are not.
  using Stream = grpc::ServerWriteReactor<grpc::ByteBuffer>;
  Stream* WatchStats(grpc::CallbackServerContext* context,
                     const grpc::ByteBuffer* request) override;
  Stream* WatchAcceptQueues(grpc::CallbackServerContext* context,
                            const grpc::ByteBuffer* request) override;
  Stream* WatchParseErrors(grpc::CallbackServerContext* context,
                           const grpc::ByteBuffer* request) override;
  Stream* WatchEvents(grpc::CallbackServerContext* context,
                      const grpc::ByteBuffer* request) override;

 private:
  struct Requester {
    std::string identity;
    std::string peer;
  };
  static Requester RequesterOf(const grpc::CallbackServerContext& context);
  // Writes down what was asked for, and what came of it.
  grpc::Status Record(const Requester& requester, const std::string& method,
                      const absl::Status& status, const std::string& detail,
                      const std::string& reason);
  admin::v1::AuditRecord NewRecord(const std::string& identity, const std::string& method) const;
  // Where a caller goes on who knows of the events up to `after` of that start of the server.
  std::uint64_t EventsAfter(std::uint64_t after, const std::string& boot_id) const;
  void AddFileWarning(admin::v1::LimitsState* state);
  // Counts a change, or one that was refused, writes it down, and answers it when every reactor
  // works by it. `response` lives until then.
  template <typename Request>
  grpc::ServerUnaryReactor* AnswerChange(grpc::CallbackServerContext* context, const char* method,
                                         const Request& request,
                                         const absl::StatusOr<LimitsCalls::Made>& made,
                                         admin::v1::LimitsState* response);
  void KeepHouse();
  void TellIfDraining();
  void TellOfDenied();
  // How long a drain is to take, in ms.
  absl::StatusOr<std::uint64_t> DrainTimeout(const admin::v1::DrainRequest& request);

  Server* const server_;
  const AdminOptions options_;
  absl::Status status_;
  const std::shared_ptr<AuditLog> audit_;
  ControlCounters counters_{audit_};
  const std::shared_ptr<ServerStreams> streams_;
  LimitsCalls limits_;
  LimitsWaits waits_;

  std::mutex denied_mutex_;
  std::int64_t denied_second_ = 0;   // guarded by denied_mutex_
  int denied_in_second_ = 0;         // guarded by denied_mutex_
  std::uint64_t denied_untold_ = 0;  // by an event; guarded by denied_mutex_
  std::string denied_last_;          // who, and what; guarded by denied_mutex_

  std::mutex drain_mutex_;
  std::function<void()> tell_drain_;  // guarded by drain_mutex_

  std::mutex file_mutex_;
  FileLayer file_layer_;  // guarded by file_mutex_
  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by stop_mutex_
  std::thread housekeeper_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_ADMIN_SERVICE_H_
