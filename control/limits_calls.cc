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

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::size_t kMaxReasonBytes = 1024;
constexpr int kPersistTries = 16;  // while others change the limits at the same time

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
  constexpr std::int64_t kMaxSeconds = 366 * 86'400;
  if (ttl.seconds() < 0 || ttl.seconds() > kMaxSeconds || ttl.nanos() < 0) {
    return absl::InvalidArgumentError("ttl is out of range: 1 ms to 366 days");
  }
  *ttl_ms = static_cast<std::uint64_t>(ttl.seconds() * 1000 + ttl.nanos() / 1'000'000);
  if (*ttl_ms > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("ttl is out of range: 1 ms to 366 days");
}

// What the two snapshots set otherwise, in one layer.
void AddChanges(const LimitLayers& before, const LimitLayers& after, LimitLayer layer,
                admin::v1::LimitsRevision* revision) {
  for (const LimitSpec& spec : LimitSpecs()) {
    const LayerValue* const old_value = before.Find(layer, spec);
    const LayerValue* const new_value = after.Find(layer, spec);
    if (old_value == nullptr && new_value == nullptr) continue;
    if (old_value != nullptr && new_value != nullptr && *old_value == *new_value) continue;
    admin::v1::LimitsRevisionChange* const change = revision->add_changes();
    change->set_name(std::string(spec.name));
    change->set_layer(ToProto(layer));
    if (old_value != nullptr) change->set_before(old_value->value);
    if (new_value != nullptr) change->set_after(new_value->value);
  }
}

void FillLayer(const LimitsSnapshot& snapshot, LimitLayer layer, std::int64_t now_ms,
               admin::v1::LimitLayerState* message) {
  message->set_layer(ToProto(layer));
  for (const LayerValue& value : snapshot.layers.values(layer)) {
    SetLimit(*value.spec, value.value, message->mutable_limits());
    if (value.expires_ms == LayerValue::kNever) continue;
    (*message->mutable_expires_in())[std::string(value.spec->name)] =
        TimeUtil::MillisecondsToDuration(std::max<std::int64_t>(value.expires_ms - now_ms, 0));
  }
}

void FillLayers(const LimitsSnapshot& snapshot, std::int64_t now_ms,
                admin::v1::LimitsState* state) {
  for (std::size_t i = 0; i < kLimitLayerCount; ++i) {
    const auto layer = static_cast<LimitLayer>(i);
    if (snapshot.layers.values(layer).empty()) continue;
    const bool decides = i < kDecidingLayerCount;
    FillLayer(snapshot, layer, now_ms, decides ? state->add_layers() : state->mutable_shadow());
  }
}

// Shadows that can count nothing.
void AddShadowWarnings(const LimitsSnapshot& snapshot, const Limits& effective,
                       admin::v1::LimitsState* state) {
  for (const LayerValue& it : snapshot.layers.values(LimitLayer::kShadow)) {
    const std::uint64_t acts = effective.*it.spec->member;
    if (it.value < acts) continue;
    const std::string name(it.spec->name);
    state->add_warnings(absl::StrCat("the shadow ", name, " = ", it.value,
                                     " counts nothing: what it would refuse, the limit in force, ",
                                     acts, ", refuses already; set a lower shadow"));
  }
}

}  // namespace

absl::Status LimitsCalls::Restore() {
  if (options_.state_file.empty()) return absl::OkStatus();
  const auto text = ReadLimitsFile(options_.state_file);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  const auto changes = ParseLimits(*text);
  if (!changes.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.state_file, ": ", std::string(changes.status().message())));
  }
  LimitsUpdate update;
  update.changes = *changes;
  update.author = absl::StrCat("file ", options_.state_file);
  update.reason = "kept from before the restart";
  return server_->limits().Apply(update).status();
}

void LimitsCalls::Get(admin::v1::LimitsState* state) const {
  Fill(*server_->limits().current(), state);
}

void LimitsCalls::Fill(const LimitsSnapshot& snapshot, admin::v1::LimitsState* state) const {
  state->set_etag(EtagOf(server_->boot_id(), snapshot.version));
  state->set_version(snapshot.version);
  ToProto(snapshot.limits, state->mutable_requested());
  const Limits effective = server_->EffectiveLimits(snapshot.limits);
  ToProto(effective, state->mutable_effective());
  for (const std::string& warning : server_->LimitWarnings(snapshot.limits)) {
    state->add_warnings(warning);
  }
  AddShadowWarnings(snapshot, effective, state);
  bool all = true;
  const ServerStats server = server_->Stats();
  for (const ReactorStats& stats : server.reactors) {
    admin::v1::ReactorLimits* const reactor = state->add_reactors();
    reactor->set_reactor(stats.reactor);
    reactor->set_applied_version(stats.applied_limits_version);
    all = all && stats.applied_limits_version >= snapshot.version;
  }
  state->set_applied_by_all(all);
  // With newer limits under way, what was sampled may be of either.
  if (server_->limits().version() == snapshot.version) {
    for (const std::string& warning : BacklogWarnings(server, snapshot)) {
      state->add_warnings(warning);
    }
  }
  FillLayers(snapshot, static_cast<std::int64_t>(server.monotonic_ns / 1'000'000), state);
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
absl::Status LimitsCalls::Once(const Request& request, admin::v1::LimitsState* state,
                               const Call& call) {
  if (absl::Status status = CheckReason(request.reason()); !status.ok()) return status;
  const std::string& id = request.request_id();
  if (id.size() > RequestIds::kMaxIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_id has ", id.size(), " bytes: at most ", RequestIds::kMaxIdBytes));
  }
  if (id.empty() || request.validate_only()) return call();
  const std::lock_guard<std::mutex> lock(change_mutex_);
  const std::string content = request.SerializeAsString();
  switch (request_ids_.Find(id, content)) {
    case RequestIds::Seen::kSame:
      Get(state);
      return absl::OkStatus();
    case RequestIds::Seen::kOther:
      return absl::InvalidArgumentError(
          absl::StrCat("request_id ", id, " was another request's: give each request its own"));
    case RequestIds::Seen::kNever:
      break;
  }
  const absl::Status status = call();
  if (status.ok()) request_ids_.Add(id, content);
  return status;
}

absl::Status LimitsCalls::Update(const admin::v1::UpdateLimitsRequest& request,
                                 const std::string& author, admin::v1::LimitsState* state) {
  return Once(request, state, [&]() -> absl::Status {
    LimitsUpdate update;
    auto changes = ReadChanges(request);
    if (!changes.ok()) return changes.status();
    update.changes = *std::move(changes);
    absl::Status status = ReadLayer(request.layer(), &update.layer);
    if (status.ok() && request.has_ttl()) status = ReadTtl(request.ttl(), &update.ttl_ms);
    if (status.ok()) status = ReadEtag(request.etag(), &update.expected_version);
    if (status.ok() && request.persist()) status = CheckPersist(update.layer);
    if (!status.ok()) return status;
    update.validate_only = request.validate_only();
    update.author = author;
    update.reason = request.reason();
    const bool persists = request.persist() && !update.validate_only;
    const auto snapshot = persists ? ApplyAndPersist(update) : server_->limits().Apply(update);
    if (!snapshot.ok()) return snapshot.status();
    if (!update.validate_only) {
      server_->WaitForLimits((*snapshot)->version, options_.apply_timeout_ms);
    }
    Fill(**snapshot, state);
    return absl::OkStatus();
  });
}

absl::Status LimitsCalls::CheckPersist(LimitLayer layer) const {
  if (layer == LimitLayer::kShadow) {
    return absl::InvalidArgumentError("persist keeps the operator's layer: a shadow is not kept");
  }
  if (!options_.state_file.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "persist: the service keeps no file for it; set AdminOptions::state_file");
}

// What is temporary is not kept: nobody could say when it should end.
absl::Status LimitsCalls::Persist(const LimitsSnapshot& snapshot) const {
  std::vector<LayerValue> values = snapshot.layers.values(LimitLayer::kOperator);
  values.erase(std::remove_if(
                   values.begin(), values.end(),
                   [](const LayerValue& value) { return value.expires_ms != LayerValue::kNever; }),
               values.end());
  const absl::Status status = WriteLimitsFile(options_.state_file, FormatLimits(values));
  if (status.ok()) return status;
  return absl::InternalError(absl::StrCat(
      "nothing has changed, since what persists can't be kept: ", std::string(status.message())));
}

// What can fail comes first: the file has what the change will come to before it is made. If the
// limits have moved meanwhile, that is found out anew.
absl::StatusOr<LimitsCalls::Snapshot> LimitsCalls::ApplyAndPersist(LimitsUpdate update) {
  const std::lock_guard<std::mutex> lock(persist_mutex_);
  const auto file_before = ReadLimitsFile(options_.state_file);
  const bool by_etag = update.expected_version != 0;
  absl::StatusOr<Snapshot> applied;
  for (int i = 0; i < kPersistTries; ++i) {
    if (!by_etag) update.expected_version = server_->limits().version();
    LimitsUpdate check = update;
    check.validate_only = true;
    applied = server_->limits().Apply(check);
    if (applied.ok()) {
      const absl::Status kept = Persist(**applied);
      applied = kept.ok() ? server_->limits().Apply(update) : kept;
    }
    if (by_etag || !absl::IsAborted(applied.status())) break;
  }
  if (!applied.ok() && file_before.ok()) {
    (void)WriteLimitsFile(options_.state_file, *file_before);
  } else if (!applied.ok() && absl::IsNotFound(file_before.status())) {
    (void)::unlink(options_.state_file.c_str());
  }
  return applied;
}

absl::Status LimitsCalls::RollBack(const admin::v1::RollBackLimitsRequest& request,
                                   const std::string& author, admin::v1::LimitsState* state) {
  return Once(request, state, [&]() -> absl::Status {
    LimitsUpdate update;
    if (absl::Status status = ReadEtag(request.etag(), &update.expected_version); !status.ok()) {
      return status;
    }
    update.validate_only = request.validate_only();
    update.author = author;
    update.reason = request.reason().empty() ? absl::StrCat("back to version ", request.version())
                                             : request.reason();
    const auto snapshot = server_->limits().RollBack(request.version(), update);
    if (!snapshot.ok()) return snapshot.status();
    if (!update.validate_only) {
      server_->WaitForLimits((*snapshot)->version, options_.apply_timeout_ms);
    }
    Fill(**snapshot, state);
    return absl::OkStatus();
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
    for (std::size_t layer = 0; layer < kLimitLayerCount; ++layer) {
      AddChanges(before, revision.snapshot->layers, static_cast<LimitLayer>(layer), message);
    }
  }
}

}  // namespace weir
