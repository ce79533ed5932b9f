// What the admin service does about limits, apart from gRPC's ways of being called.

#ifndef WEIR_CONTROL_LIMITS_CALLS_H_
#define WEIR_CONTROL_LIMITS_CALLS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.pb.h"
#include "weir/control/request_ids.h"
#include "weir/reactor/server.h"

namespace weir {

struct LimitsCallsOptions {
  // How long a change waits for every reactor to work by it, in ms.
  std::uint64_t apply_timeout_ms = 1000;
  // Where a change that is to persist puts the operator's layer; "" for nowhere.
  std::string state_file;
};

// Any thread. Errors are those that admin.proto documents for each call.
class LimitsCalls {
 public:
  // `server` is not owned and must outlive this.
  LimitsCalls(Server* server, LimitsCallsOptions options)
      : server_(server), options_(std::move(options)) {}

  // Puts the values of the state file into the operator's layer. OK if there is no such file.
  absl::Status Restore();

  // The limits in force.
  void Get(admin::v1::LimitsState* state) const;
  // `author` is for the history.
  absl::Status Update(const admin::v1::UpdateLimitsRequest& request, const std::string& author,
                      admin::v1::LimitsState* state);
  absl::Status RollBack(const admin::v1::RollBackLimitsRequest& request, const std::string& author,
                        admin::v1::LimitsState* state);
  void ListRevisions(admin::v1::ListLimitsRevisionsResponse* response) const;

 private:
  using Snapshot = std::shared_ptr<const LimitsSnapshot>;

  absl::Status ReadEtag(const std::string& etag, std::uint64_t* version) const;
  absl::Status CheckPersist(LimitLayer layer) const;
  absl::Status Persist(const LimitsSnapshot& snapshot) const;
  absl::StatusOr<Snapshot> ApplyAndPersist(LimitsUpdate update);
  void Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const;
  template <typename Request, typename Call>
  absl::Status Once(const Request& request, admin::v1::LimitsState* state, const Call& call);

  Server* const server_;
  const LimitsCallsOptions options_;
  RequestIds request_ids_;
  std::mutex persist_mutex_;  // one writer of the state file at a time
  std::mutex change_mutex_;   // one change at a time: a repeated call waits for the first
};

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_CALLS_H_
