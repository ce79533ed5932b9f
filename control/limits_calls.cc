#include "weir/control/limits_calls.h"

#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "weir/control/backlog_warnings.h"
#include "weir/control/limits_codec.h"
#include "weir/control/limits_file.h"
#include "weir/control/limits_state.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::size_t kMaxReasonBytes = 1024;

std::string EtagOf(const std::string& boot_id, std::uint64_t version) {
  return boot_id + "-" + std::to_string(version);
}

absl::Status CheckReason(const std::string& reason) {
  if (reason.size() <= kMaxReasonBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reason has ", reason.size(), " bytes: at most ", kMaxReasonBytes));
}

absl::Status ReadLayer(admin::v1::LimitLayer named, LimitLayer* layer) {
  switch (named) {
    case admin::v1::LIMIT_LAYER_UNSPECIFIED:
    case admin::v1::LIMIT_LAYER_OPERATOR:
      *layer = LimitLayer::kOperator;
      return absl::OkStatus();
    case admin::v1::LIMIT_LAYER_FLEET:
      *layer = LimitLayer::kFleet;
      return absl::OkStatus();
    case admin::v1::LIMIT_LAYER_SHADOW:
      *layer = LimitLayer::kShadow;
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("layer ", admin::v1::LimitLayer_Name(named),
                       " is not for this call: OPERATOR, FLEET and SHADOW are"));
  }
}

// Compared in seconds first: a Duration may be larger than any count of milliseconds.
absl::Status ReadTtl(const google::protobuf::Duration& ttl, std::uint64_t* ttl_ms) {
  constexpr std::int64_t kMaxSeconds = std::int64_t{366} * 86'400;
  if (ttl.seconds() < 0 || ttl.seconds() > kMaxSeconds || ttl.nanos() < 0) {
    return absl::InvalidArgumentError("ttl is out of range: 1 ms to 366 days");
  }
  *ttl_ms = static_cast<std::uint64_t>(ttl.seconds() * 1000 + ttl.nanos() / 1'000'000);
  if (*ttl_ms > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("ttl is out of range: 1 ms to 366 days");
}

// Puts into `kept` what a change sets for good, and takes out what it takes out.
void KeepChanges(const std::vector<LimitChange>& changes, std::vector<LimitChange>* kept) {
  for (const LimitChange& change : changes) {
    const auto is_it = [&change](const LimitChange& it) {
      return it.spec == change.spec && it.listener == change.listener;
    };
    kept->erase(std::remove_if(kept->begin(), kept->end(), is_it), kept->end());
    if (change.value.has_value()) kept->push_back(change);
  }
}

// What is temporary is not kept, since nobody could say when it should end, but what it covers is.
void KeepAll(const LimitsSnapshot& snapshot, std::vector<LimitChange>* kept) {
  kept->clear();
  for (const LayerValue& it : snapshot.layers.values(LimitLayer::kOperator)) {
    const auto lasting = it.lasts() ? it.value : it.covered;
    if (lasting.has_value()) kept->push_back({it.spec, lasting, it.listener});
  }
}

absl::Status WriteKept(const std::string& path, const std::vector<LimitChange>& kept) {
  std::vector<LayerValue> values;
  for (const LimitChange& it : kept) {
    if (!CanNameInFile(it.listener)) {
      return absl::FailedPreconditionError(
          absl::StrCat("a file can't keep a limit of the listener \"", it.listener,
                       "\": give it a name, ListenerOptions::name"));
    }
    LayerValue value;
    value.spec = it.spec;
    value.value = *it.value;
    value.listener = it.listener;
    values.push_back(std::move(value));
  }
  return WriteLimitsFile(path, FormatLimits(values));
}

}  // namespace

absl::Status LimitsCalls::Restore() {
  if (state_file_.empty()) return absl::OkStatus();
  const auto text = ReadLimitsFile(state_file_);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  const auto changes = ParseLimits(*text);
  if (!changes.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(state_file_, ": ", std::string(changes.status().message())));
  }
  LimitsUpdate update;
  update.changes = *changes;
  update.author = absl::StrCat("file ", state_file_);
  update.reason = "kept from before the restart";
  absl::Status status = server_->limits().Apply(update).status();
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(state_file_, ": ", std::string(status.message())));
}

void LimitsCalls::Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const {
  state->set_etag(EtagOf(server_->boot_id(), snapshot.version));
  state->set_version(snapshot.version);
  ToProto(snapshot.limits, state->mutable_requested());
  ServerStats server = server_->QueueStats();
  // Of limits that are only checked, or not in force any more, no listener was asked for anything.
  if (server_->limits().current().get() != &snapshot) server.backlogs_version = 0;
  Limits effective = server_->EffectiveLimits(snapshot.limits);
  effective.listen_backlog = EffectiveBacklog(server, snapshot, "", effective.listen_backlog);
  ToProto(effective, state->mutable_effective());
  for (const std::string& warning : server_->LimitWarnings(snapshot)) {
    state->add_warnings(warning);
  }
  AddShadowWarnings(snapshot, effective, state);
  bool all = true;
  for (const ReactorStats& stats : server.reactors) {
    admin::v1::ReactorLimits* const reactor = state->add_reactors();
    reactor->set_reactor(stats.reactor);
    reactor->set_applied_version(stats.applied_limits_version);
    all = all && stats.applied_limits_version >= snapshot.version;
  }
  state->set_applied_by_all(all);
  for (const std::string& warning : BacklogWarnings(server, snapshot)) {
    state->add_warnings(warning);
  }
  FillLayers(*server_, snapshot, effective, server, state);
}

absl::Status LimitsCalls::ReadEtag(const std::string& etag, std::uint64_t* version) const {
  if (etag.empty()) return absl::OkStatus();
  const std::string prefix = server_->boot_id() + "-";
  const std::string_view digits =
      std::string_view(etag).substr(std::min(prefix.size(), etag.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *version);
  if (etag.rfind(prefix, 0) == 0 && error == std::errc() && end == digits.data() + digits.size() &&
      *version != 0) {
    return absl::OkStatus();
  }
  return absl::AbortedError(
      "the etag is not of this start of the server: read the limits again, then repeat the change");
}

// Makes `call`, unless a call with the same id was granted before.
template <typename Request, typename Call>
absl::StatusOr<LimitsCalls::Made> LimitsCalls::Once(const Request& request, const Call& call) {
  if (absl::Status status = CheckReason(request.reason()); !status.ok()) return status;
  const std::string& id = request.request_id();
  if (id.size() > RequestIds::kMaxIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_id has ", id.size(), " bytes: at most ", RequestIds::kMaxIdBytes));
  }
  const auto make = [&call]() -> absl::StatusOr<Made> {
    absl::StatusOr<Snapshot> snapshot = call();
    if (!snapshot.ok()) return snapshot.status();
    return Made{*std::move(snapshot), false};
  };
  if (id.empty() || request.validate_only()) return make();
  const std::lock_guard<std::mutex> lock(change_mutex_);
  const std::string content = request.SerializeAsString();
  switch (request_ids_.Find(id, content)) {
    case RequestIds::Seen::kSame:
      return Made{server_->limits().current(), true};
    case RequestIds::Seen::kOther:
      return absl::InvalidArgumentError(
          absl::StrCat("request_id ", id, " was another request's: give each request its own"));
    case RequestIds::Seen::kNever:
      break;
  }
  absl::StatusOr<Made> made = make();
  if (made.ok()) request_ids_.Add(id, content);
  return made;
}

absl::StatusOr<LimitsCalls::Made> LimitsCalls::Update(const admin::v1::UpdateLimitsRequest& request,
                                                      const std::string& author) {
  return Once(request, [&]() -> absl::StatusOr<Snapshot> {
    LimitsUpdate update;
    auto changes = ReadChanges(request);
    if (!changes.ok()) return changes.status();
    update.changes = *std::move(changes);
    absl::Status status = ReadLayer(request.layer(), &update.layer);
    if (status.ok() && request.has_ttl()) status = ReadTtl(request.ttl(), &update.ttl_ms);
    if (status.ok()) status = ReadEtag(request.etag(), &update.expected_version);
    if (status.ok() && request.persist()) status = CheckPersist(update);
    if (!status.ok()) return status;
    update.validate_only = request.validate_only();
    update.author = author;
    update.reason = request.reason();
    const Make make = [this](const LimitsUpdate& it) { return server_->limits().Apply(it); };
    if (!request.persist()) return make(update);
    return MakeAndKeep(update, make,
                       [&update](const LimitsSnapshot&, std::vector<LimitChange>* kept) {
                         KeepChanges(update.changes, kept);
                       });
  });
}

absl::Status LimitsCalls::CheckPersist(const LimitsUpdate& update) const {
  if (update.layer != LimitLayer::kOperator) {
    return absl::InvalidArgumentError(
        absl::StrCat("persist keeps the operator's layer, not ", std::string(Name(update.layer))));
  }
  if (update.ttl_ms != 0) {
    return absl::InvalidArgumentError(
        "persist with a ttl: nobody could say when a kept value should end");
  }
  if (!state_file_.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "persist: the service keeps no file for it; set AdminOptions::state_file");
}

// What can fail comes first: the file has what is to be kept before the change is made.
absl::StatusOr<LimitsCalls::Snapshot> LimitsCalls::MakeAndKeep(LimitsUpdate update,
                                                               const Make& make, const Keep& keep) {
  const std::lock_guard<std::mutex> lock(persist_mutex_);
  const bool validate_only = std::exchange(update.validate_only, true);
  absl::StatusOr<Snapshot> made = make(update);
  if (!made.ok() || validate_only) return made;
  const auto before = ReadLimitsFile(state_file_);
  const bool none_before = absl::IsNotFound(before.status());
  auto kept = before.ok() || none_before
                  ? ParseLimits(none_before ? "" : *before)
                  : absl::StatusOr<std::vector<LimitChange>>(before.status());
  absl::Status status = kept.status();
  if (status.ok()) {
    keep(**made, &*kept);
    status = WriteKept(state_file_, *kept);
  }
  if (!status.ok()) {
    const auto code =
        absl::IsFailedPrecondition(status) ? status.code() : absl::StatusCode::kInternal;
    return absl::Status(code,
                        absl::StrCat("nothing has changed, since what persists can't be kept: ",
                                     std::string(status.message())));
  }
  update.validate_only = false;
  made = make(update);
  if (!made.ok() && none_before) (void)::unlink(state_file_.c_str());
  if (!made.ok() && before.ok()) (void)WriteLimitsFile(state_file_, *before);
  return made;
}

absl::StatusOr<LimitsCalls::Made> LimitsCalls::RollBack(
    const admin::v1::RollBackLimitsRequest& request, const std::string& author) {
  return Once(request, [&]() -> absl::StatusOr<Snapshot> {
    LimitsUpdate update;
    absl::Status status = ReadEtag(request.etag(), &update.expected_version);
    if (status.ok() && request.persist()) status = CheckPersist(update);
    if (!status.ok()) return status;
    update.validate_only = request.validate_only();
    update.author = author;
    update.reason = request.reason().empty() ? absl::StrCat("back to version ", request.version())
                                             : request.reason();
    const Make make = [this, &request](const LimitsUpdate& it) {
      return server_->limits().RollBack(request.version(), it);
    };
    return request.persist() ? MakeAndKeep(update, make, KeepAll) : make(update);
  });
}

void LimitsCalls::ListRevisions(admin::v1::ListLimitsRevisionsResponse* response) const {
  const std::vector<LimitsRevision> history = server_->limits().History();
  for (std::size_t i = history.size(); i-- > 0;) {
    const LimitsRevision& revision = history[i];
    admin::v1::LimitsRevision* const message = response->add_revisions();
    message->set_version(revision.version);
    *message->mutable_time() = TimeUtil::SecondsToTimestamp(revision.wall_seconds);
    message->set_author(revision.author);
    message->set_reason(revision.reason);
    if (i == 0 && revision.version != 1) continue;  // what came before is forgotten
    const LimitLayers nothing;
    const LimitLayers& before = i == 0 ? nothing : history[i - 1].snapshot->layers;
    AddChanges(before, revision.snapshot->layers, message);
  }
}

}  // namespace weir
