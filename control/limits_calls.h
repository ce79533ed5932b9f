// What the admin service does about limits, apart from gRPC's ways of being called and from
// waiting.

#ifndef WEIR_CONTROL_LIMITS_CALLS_H_
#define WEIR_CONTROL_LIMITS_CALLS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.pb.h"
#include "weir/control/request_ids.h"
#include "weir/reactor/server.h"

namespace weir {

// Any thread. Errors are those that admin.proto documents for each call.
class LimitsCalls {
 public:
  using Snapshot = std::shared_ptr<const LimitsSnapshot>;

  // What a call comes to.
  struct Made {
    Snapshot snapshot;
    bool repeated = false;  // a call of that request_id was granted before: nothing has changed now
  };

  // `server` is not owned and must outlive this. `state_file` is where changes of the operator's
  // layer that are to persist are kept; "" for nowhere.
  LimitsCalls(Server* server, std::string state_file)
      : server_(server), state_file_(std::move(state_file)) {}

  // Puts the values of the state file into the operator's layer. OK if there is no such file.
  absl::Status Restore();

  // The limits in force.
  void Get(admin::v1::LimitsState* state) const { Fill(*server_->limits().current(), state); }
  // Makes the change, or checks it, and gives the limits that it comes to: the reactors may not
  // work by them yet. `author` is for the history.
  absl::StatusOr<Made> Update(const admin::v1::UpdateLimitsRequest& request,
                              const std::string& author);
  absl::StatusOr<Made> RollBack(const admin::v1::RollBackLimitsRequest& request,
                                const std::string& author);
  // These limits, and how far each reactor has come with them by now.
  void Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const;
  void ListRevisions(admin::v1::ListLimitsRevisionsResponse* response) const;

 private:
  // Makes a change; with `update.validate_only`, what it would come to.
  using Make = std::function<absl::StatusOr<Snapshot>(const LimitsUpdate& update)>;
  // Puts into `kept` what a change that comes to `made` keeps.
  using Keep = std::function<void(const LimitsSnapshot& made, std::vector<LimitChange>* kept)>;

  absl::Status ReadEtag(const std::string& etag, std::uint64_t* version) const;
  absl::Status CheckPersist(const LimitsUpdate& update) const;
  absl::StatusOr<Snapshot> MakeAndKeep(LimitsUpdate update, const Make& make, const Keep& keep);
  template <typename Request, typename Call>
  absl::StatusOr<Made> Once(const Request& request, const Call& call);

  Server* const server_;
  const std::string state_file_;
  RequestIds request_ids_;
  std::mutex persist_mutex_;  // one writer of the state file at a time
  std::mutex change_mutex_;   // one change at a time: a repeated call waits for the first
};

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_CALLS_H_
