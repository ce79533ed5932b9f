// weirctl limits history, rollback, diff; weirctl audit.
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/limits_view.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

// A server of another version may have limits that are unknown here.
std::string ValueText(const std::string& name, bool set, std::uint64_t value) {
  const LimitSpec* const spec = FindLimitSpec(name);
  if (!set) return "-";
  return spec == nullptr ? std::to_string(value) : FormatLimit(*spec, value);
}

std::string ChangesText(const admin::v1::LimitsRevision& revision) {
  std::string text;
  for (const admin::v1::LimitsRevisionChange& change : revision.changes()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", NameFor(change.name(), change.listener()), " ",
                    ValueText(change.name(), change.has_before(), change.before()), " -> ",
                    ValueText(change.name(), change.has_after(), change.after()), " (",
                    NameOf(change.layer()), ")");
  }
  return text.empty() ? "-" : text;
}

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

bool Concerns(const admin::v1::LimitsRevision& revision, const std::string& listener) {
  return std::any_of(revision.changes().begin(), revision.changes().end(),
                     [&listener](const auto& change) { return change.listener() == listener; });
}

// When the layer's value ends, and what the layer has then; "-" if it does not.
std::string ExpiryText(const admin::v1::LimitLayerState& layer, const LimitSpec& spec) {
  const auto expiry = layer.expires_in().find(std::string(spec.name));
  if (expiry == layer.expires_in().end()) return "-";
  std::string text = TimeUtil::ToString(expiry->second);
  if (!HasLimit(layer.covered(), spec)) return text;
  return absl::StrCat(text, ", then ", LimitText(layer.covered(), spec));
}

// What the layers set of one limit, for the server or, unless it is "", the listener.
void AddRows(const LimitSpec& spec, const std::string& listener, const LimitLayerStates& layers,
             std::vector<std::vector<std::string>>* rows) {
  for (const admin::v1::LimitLayerState& layer : layers) {
    if (!HasLimit(layer.limits(), spec)) continue;
    const std::string name = NameOf(layer.layer());
    rows->push_back({NameFor(spec.name, listener), name, LimitText(layer.limits(), spec),
                     std::string(spec.unit), FormatLimit(spec, spec.default_value),
                     ExpiryText(layer, spec), name == LayerOf(layers, spec) ? "yes" : "no"});
  }
}

// A line for each layer, or with --listener for each layer of that listener.
void PrintLayersAsJson(const admin::v1::LimitsState& state,
                       const admin::v1::ListenerLimits* listener, std::ostream& out) {
  const LimitLayerStates& layers = listener == nullptr ? state.layers() : listener->layers();
  for (const admin::v1::LimitLayerState& layer : layers) PrintJson(layer, out);
  if (listener != nullptr) return;
  for (const admin::v1::ListenerLimits& it : state.listeners()) {
    if (!it.layers().empty()) PrintJson(it, out);
  }
}

}  // namespace

int LimitsHistoryCommand(const Session& session, const std::vector<std::string>&) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ListLimitsRevisionsResponse response;
  const grpc::Status status = session.stub->ListLimitsRevisions(&context, {}, &response);
  if (!status.ok()) return Report(session, status);
  if (const std::string& listener = session.line.listener; !listener.empty()) {
    auto* const all = response.mutable_revisions();
    all->erase(std::remove_if(all->begin(), all->end(),
                              [&](const auto& it) { return !Concerns(it, listener); }),
               all->end());
  }
  if (session.line.json) {
    PrintJson(response, session.out);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows = {{"VERSION", "TIME", "WHO", "CHANGES", "WHY"}};
  for (const admin::v1::LimitsRevision& revision : response.revisions()) {
    rows.push_back({std::to_string(revision.version()), TimeUtil::ToString(revision.time()),
                    OrDash(revision.author()), ChangesText(revision), OrDash(revision.reason())});
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

int RollBackLimitsCommand(const Session& session, const std::vector<std::string>& versions) {
  const auto version = versions.size() == 1 ? ParseNumber(versions[0]) : std::nullopt;
  if (!version) {
    session.err << "weirctl: give one version: \"weirctl limits history\" lists them\n";
    return kExitUsage;
  }
  admin::v1::RollBackLimitsRequest request;
  request.set_version(*version);
  request.set_etag(session.line.etag);
  request.set_validate_only(session.line.validate_only);
  request.set_persist(session.line.persist);
  request.set_reason(session.line.reason);
  request.set_request_id(session.line.request_id);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState state;
  const grpc::Status status = session.stub->RollBackLimits(&context, request, &state);
  if (!status.ok()) return Report(session, status);
  return ReportChange(session, state);
}

int DiffLimitsCommand(const Session& session, const std::vector<std::string>&) {
  admin::v1::LimitsState state;
  const grpc::Status status = FetchLimits(session, &state);
  if (!status.ok()) return Report(session, status);
  const admin::v1::ListenerLimits* listener = nullptr;
  const int exit = FindListener(session, state, &listener);
  if (exit != kExitOk) return exit;
  if (session.line.json) {
    PrintLayersAsJson(state, listener, session.out);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows = {
      {"LIMIT", "LAYER", "VALUE", "UNIT", "DEFAULT", "REVERTS IN", "DECIDES"}};
  for (const LimitSpec& spec : LimitSpecs()) {
    if (listener == nullptr) AddRows(spec, "", state.layers(), &rows);
    for (const admin::v1::ListenerLimits& it : state.listeners()) {
      if (listener == nullptr || listener == &it) AddRows(spec, it.listener(), it.layers(), &rows);
    }
  }
  if (rows.size() == 1) {
    session.out << (listener == nullptr ? "every limit has its default\n"
                                        : "nothing is set for this listener\n");
    return kExitOk;
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

int AuditCommand(const Session& session, const std::vector<std::string>&) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ListAuditRecordsResponse response;
  const grpc::Status status = session.stub->ListAuditRecords(&context, {}, &response);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(response, session.out);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows = {
      {"TIME", "WHO", "FROM", "WHAT", "RESULT", "DETAIL"}};
  for (const admin::v1::AuditRecord& record : response.records()) {
    rows.push_back({TimeUtil::ToString(record.time()), record.identity(), OrDash(record.peer()),
                    record.method(), record.result(), OrDash(record.detail())});
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
