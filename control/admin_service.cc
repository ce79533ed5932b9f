#include "weir/control/admin_service.h"

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "weir/control/limits_codec.h"

namespace weir {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  // The canonical codes have the same numbers in both (google/rpc/code.proto).
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

std::string EtagOf(const std::string& boot_id, std::uint64_t version) {
  return boot_id + "-" + std::to_string(version);
}

// The version that an etag of this start of the server names, or 0.
std::uint64_t VersionOf(const std::string& boot_id, std::string_view etag) {
  if (etag.substr(0, boot_id.size() + 1) != boot_id + "-") return 0;
  etag.remove_prefix(boot_id.size() + 1);
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), version);
  return error == std::errc() && end == etag.data() + etag.size() ? version : 0;
}

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace

AdminService::AdminService(Server* server, const AdminOptions& options)
    : server_(server),
      options_(options),
      watchers_(std::make_shared<StatsWatchers>(server, options.max_watchers)) {}

void AdminService::Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const {
  state->set_etag(EtagOf(server_->boot_id(), snapshot.version));
  state->set_version(snapshot.version);
  ToProto(snapshot.limits, state->mutable_requested());
  ToProto(server_->EffectiveLimits(snapshot.limits), state->mutable_effective());
  for (const std::string& warning : server_->LimitWarnings(snapshot.limits)) {
    state->add_warnings(warning);
  }
  bool all = true;
  for (const ReactorStats& stats : server_->Stats().reactors) {
    admin::v1::ReactorLimits* const reactor = state->add_reactors();
    reactor->set_reactor(stats.reactor);
    reactor->set_applied_version(stats.applied_limits_version);
    all = all && stats.applied_limits_version >= snapshot.version;
  }
  state->set_applied_by_all(all);
}

grpc::ServerUnaryReactor* AdminService::GetLimits(grpc::CallbackServerContext* context,
                                                  const admin::v1::GetLimitsRequest*,
                                                  admin::v1::LimitsState* response) {
  Fill(*server_->limits().current(), response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::UpdateLimits(grpc::CallbackServerContext* context,
                                                     const admin::v1::UpdateLimitsRequest* request,
                                                     admin::v1::LimitsState* response) {
  const grpc::Status status = Update(*request, response);
  if (!status.ok() || !request->validate_only()) watchers_->CountUpdate(!status.ok());
  return Answer(context, status);
}

grpc::Status AdminService::Update(const admin::v1::UpdateLimitsRequest& request,
                                  admin::v1::LimitsState* response) {
  const auto changes = ReadChanges(request);
  if (!changes.ok()) return ToGrpc(changes.status());
  LimitsUpdate update;
  update.changes = *changes;
  update.validate_only = request.validate_only();
  if (!request.etag().empty()) {
    update.expected_version = VersionOf(server_->boot_id(), request.etag());
    if (update.expected_version == 0) {
      return grpc::Status(grpc::StatusCode::ABORTED,
                          "the etag is not of this start of the server: read the limits again, "
                          "then repeat the change");
    }
  }
  const auto snapshot = server_->limits().Apply(update);
  if (!snapshot.ok()) return ToGrpc(snapshot.status());
  if (!request.validate_only()) {
    server_->WaitForLimits((*snapshot)->version, options_.apply_timeout_ms);
  }
  Fill(**snapshot, response);
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* AdminService::GetStats(grpc::CallbackServerContext* context,
                                                 const admin::v1::GetStatsRequest*,
                                                 admin::v1::Stats* response) {
  watchers_->Sample(response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerWriteReactor<admin::v1::Stats>* AdminService::WatchStats(
    grpc::CallbackServerContext*, const admin::v1::WatchStatsRequest* request) {
  return StatsWatchers::Open(watchers_, *request);
}

}  // namespace weir
