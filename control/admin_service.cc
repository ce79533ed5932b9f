#include "weir/control/admin_service.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/control/bad_requests.h"
#include "weir/control/bounded_text.h"
#include "weir/control/byte_stream.h"
#include "weir/control/caller.h"
#include "weir/control/diagnose/diagnosis_codec.h"
#include "weir/control/diagnose/server_facts.h"
#include "weir/control/diagnose/server_rules.h"
#include "weir/control/event_codec.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::chrono::milliseconds kHousePeriod{100};
constexpr int kPeriodsBetweenFileChecks = 10;
constexpr std::int64_t kLongestDrainMs = 3'600'000;

// A message that is too long for a client's metadata, 8 KiB as a rule, would hide the code.
constexpr std::size_t kMaxMessageBytes = 4096;

grpc::Status ToGrpc(const absl::Status& status) {
  // The canonical codes have the same numbers in both (google/rpc/code.proto).
  return grpc::Status(
      static_cast<grpc::StatusCode>(status.code()),
      Bounded({status.message().data(), status.message().size()}, kMaxMessageBytes));
}

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

grpc::Status Parse(grpc::ByteBuffer bytes, google::protobuf::Message* message) {
  grpc::Status status =
      grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&bytes, message);
  if (status.ok()) return status;
  return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the request is no message of its type");
}

// Compared in seconds first: a Duration may be larger than any count of milliseconds.
std::int64_t IntervalMs(const google::protobuf::Duration& interval) {
  const std::int64_t seconds =
      std::clamp<std::int64_t>(interval.seconds(), -1, StreamHub::kMaxIntervalMs / 1000);
  return StreamHub::ClampInterval(seconds * 1000 + interval.nanos() / 1'000'000);
}

template <typename Request>
AdminService::Stream* Watch(ServerStreams* streams, StreamKind kind,
                            const grpc::ByteBuffer& request) {
  Request parsed;
  if (const grpc::Status status = Parse(request, &parsed); !status.ok()) {
    return new RefusedStream(status);
  }
  StreamRequest stream;
  stream.kind = kind;
  if (parsed.has_interval()) stream.interval_ms = IntervalMs(parsed.interval());
  return streams->Open(stream);
}

// In memory alone if the file can't be opened; `status` says why then.
std::shared_ptr<AuditLog> OpenAudit(const AdminOptions& options, absl::Status* status) {
  auto audit = AuditLog::Open(options.audit_file, options.audit_file_max_bytes);
  status->Update(audit.status());
  return audit.ok() ? *std::move(audit) : *AuditLog::Open("");
}

}  // namespace

AdminService::AdminService(Server* server, const AdminOptions& options)
    : server_(server),
      options_(options),
      audit_(OpenAudit(options, &status_)),
      streams_(std::make_shared<ServerStreams>(server, &counters_)),
      limits_(server, options.state_file),
      waits_(server, options.apply_timeout_ms),
      file_layer_(&server->limits(), options.limits_file) {
  status_.Update(streams_->Start());
  status_.Update(waits_.Start());
  status_.Update(limits_.Restore());
  file_layer_.Check();
  status_.Update(file_layer_.status());
  housekeeper_ = std::thread([this] { KeepHouse(); });
}

AdminService::~AdminService() {
  {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  housekeeper_.join();
  streams_->Stop();
}

// What must happen without anyone asking: a drain and denied calls that are to be told of, and
// another limits file.
void AdminService::KeepHouse() {
  std::unique_lock<std::mutex> lock(stop_mutex_);
  for (int period = 1; !stop_.wait_for(lock, kHousePeriod, [this] { return stopping_; });
       ++period) {
    lock.unlock();
    TellIfDraining();
    TellOfDenied();
    if (period % kPeriodsBetweenFileChecks == 0) {
      const std::lock_guard<std::mutex> file_lock(file_mutex_);
      if (file_layer_.Check()) {
        counters_.CountUpdate(!file_layer_.status().ok());
        Record({absl::StrCat("file ", file_layer_.path()), ""}, "UpdateLimits",
               file_layer_.status(), "", "the file has changed");
      }
    }
    lock.lock();
  }
}

admin::v1::AuditRecord AdminService::NewRecord(const std::string& identity,
                                               const std::string& method) const {
  admin::v1::AuditRecord record;
  *record.mutable_time() = TimeUtil::GetCurrentTime();
  record.set_boot_id(server_->boot_id());
  record.set_identity(identity);
  record.set_method(method);
  return record;
}

AdminService::Requester AdminService::RequesterOf(const grpc::CallbackServerContext& context) {
  // Of a connection that somebody else has accepted on a Unix socket gRPC knows the kind alone.
  const std::string peer = context.peer();
  return {IdentityOf(context), peer == "unix:" ? "" : peer};
}

grpc::Status AdminService::Record(const Requester& requester, const std::string& method,
                                  const absl::Status& status, const std::string& detail,
                                  const std::string& reason) {
  admin::v1::AuditRecord record = NewRecord(requester.identity, method);
  record.set_peer(requester.peer);
  record.set_result(absl::StatusCodeToString(status.code()));
  record.set_detail(status.ok() ? detail : std::string(status.message()));
  record.set_reason(reason);
  audit_->Add(record);
  return ToGrpc(status);
}

void AdminService::OnDrain(std::function<void()> tell) {
  const std::lock_guard<std::mutex> lock(drain_mutex_);
  tell_drain_ = std::move(tell);
}

void AdminService::TellIfDraining() {
  const std::lock_guard<std::mutex> lock(drain_mutex_);
  if (tell_drain_ && server_->draining()) tell_drain_();
}

void AdminService::RecordDenied(const std::string& identity, const std::string& method) {
  counters_.CountDenied();
  admin::v1::AuditRecord record = NewRecord(identity, method);
  {
    const std::lock_guard<std::mutex> lock(denied_mutex_);
    ++denied_untold_;
    denied_last_ =
        absl::StrCat(Bounded(method, kMaxEchoBytes), " of ",
                     identity.empty() ? "an unnamed caller" : Bounded(identity, kMaxEchoBytes));
    if (record.time().seconds() != denied_second_) denied_in_second_ = 0;
    denied_second_ = record.time().seconds();
    if (++denied_in_second_ > kDenialsPerSecond) return;
  }
  record.set_result("PERMISSION_DENIED");
  audit_->AddDenied(record);
}

// Not where they are denied: what takes events may hang, and gRPC's threads must not.
void AdminService::TellOfDenied() {
  Event event;
  event.kind = EventKind::kCallDenied;
  {
    const std::lock_guard<std::mutex> lock(denied_mutex_);
    if (denied_untold_ == 0) return;
    event.numbers = {{"calls", denied_untold_}};
    event.text = absl::StrCat(denied_untold_,
                              " calls were denied for want of a role; the last was ", denied_last_);
    denied_untold_ = 0;
  }
  event.fix = "see who with \"weirctl audit\"; AdminServerOptions::access gives roles";
  server_->events().Append(std::move(event));
}

void AdminService::AddFileWarning(admin::v1::LimitsState* state) {
  const std::lock_guard<std::mutex> lock(file_mutex_);
  if (!file_layer_.status().ok()) state->add_warnings(std::string(file_layer_.status().message()));
}

grpc::ServerUnaryReactor* AdminService::GetLimits(grpc::CallbackServerContext* context,
                                                  const admin::v1::GetLimitsRequest*,
                                                  admin::v1::LimitsState* response) {
  limits_.Get(response);
  AddFileWarning(response);
  return Answer(context, grpc::Status::OK);
}

template <typename Request>
grpc::ServerUnaryReactor* AdminService::AnswerChange(grpc::CallbackServerContext* context,
                                                     const char* method, const Request& request,
                                                     const absl::StatusOr<LimitsCalls::Made>& made,
                                                     admin::v1::LimitsState* response) {
  const bool changes = made.ok() && !request.validate_only();
  const bool repeated = made.ok() && made->repeated;
  if (!made.ok() || changes) {
    if (!repeated) counters_.CountUpdate(!made.ok());
    const std::string detail =
        absl::StrCat(repeated ? "repeated: " : "", request.ShortDebugString());
    const grpc::Status status =
        Record(RequesterOf(*context), method, made.status(), detail, request.reason());
    if (!status.ok()) return Answer(context, status);
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const std::uint64_t version = changes ? made->snapshot->version : 0;
  waits_.Await(version, [this, reactor, response, made = *made] {
    limits_.Fill(*made.snapshot, response);
    response->set_repeated(made.repeated);
    AddFileWarning(response);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::UpdateLimits(grpc::CallbackServerContext* context,
                                                     const admin::v1::UpdateLimitsRequest* request,
                                                     admin::v1::LimitsState* response) {
  return AnswerChange(context, "UpdateLimits", *request,
                      limits_.Update(*request, IdentityOf(*context)), response);
}

grpc::ServerUnaryReactor* AdminService::RollBackLimits(
    grpc::CallbackServerContext* context, const admin::v1::RollBackLimitsRequest* request,
    admin::v1::LimitsState* response) {
  return AnswerChange(context, "RollBackLimits", *request,
                      limits_.RollBack(*request, IdentityOf(*context)), response);
}

grpc::ServerUnaryReactor* AdminService::ListLimitsRevisions(
    grpc::CallbackServerContext* context, const admin::v1::ListLimitsRevisionsRequest*,
    admin::v1::ListLimitsRevisionsResponse* response) {
  limits_.ListRevisions(response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::ListAuditRecords(
    grpc::CallbackServerContext* context, const admin::v1::ListAuditRecordsRequest*,
    admin::v1::ListAuditRecordsResponse* response) {
  audit_->Fill(response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::GetStats(grpc::CallbackServerContext* context,
                                                 const admin::v1::GetStatsRequest*,
                                                 admin::v1::Stats* response) {
  streams_->Fill(response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::ListBadRequests(
    grpc::CallbackServerContext* context, const admin::v1::ListBadRequestsRequest*,
    admin::v1::ListBadRequestsResponse* response) {
  weir::ListBadRequests(*server_, response);
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::Diagnose(grpc::CallbackServerContext* context,
                                                 const admin::v1::DiagnoseRequest*,
                                                 admin::v1::Diagnosis* response) {
  ServerFacts facts = CollectServerFacts(server_);
  facts.admin_peer = context->peer();
  facts.admin_by_certificate = CameByCertificate(*context);
  *response->mutable_time() = TimeUtil::GetCurrentTime();
  response->set_boot_id(facts.stats.boot_id);
  response->set_address(facts.stats.address);
  ToProto(CheckServer(facts), response);
  ToProto(facts.host, response->mutable_host());
  return Answer(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* AdminService::GetServerInfo(grpc::CallbackServerContext* context,
                                                      const admin::v1::GetServerInfoRequest*,
                                                      admin::v1::ServerInfo* response) {
  DescribeServer(*server_, response);
  return Answer(context, grpc::Status::OK);
}

// Compared in seconds first: a Duration may be larger than any count of milliseconds.
absl::StatusOr<std::uint64_t> AdminService::DrainTimeout(const admin::v1::DrainRequest& request) {
  if (!request.has_timeout()) return server_->limits().current()->limits.drain_timeout_ms;
  const google::protobuf::Duration& timeout = request.timeout();
  if (timeout.seconds() >= 0 && timeout.seconds() <= kLongestDrainMs / 1000) {
    const std::int64_t ms = timeout.seconds() * 1000 + timeout.nanos() / 1'000'000;
    if (ms >= 0 && ms <= kLongestDrainMs) return static_cast<std::uint64_t>(ms);
  }
  return absl::InvalidArgumentError(absl::StrCat("timeout = ", timeout.seconds(), " s: give 0 to ",
                                                 kLongestDrainMs / 1000, " s"));
}

grpc::ServerUnaryReactor* AdminService::Drain(grpc::CallbackServerContext* context,
                                              const admin::v1::DrainRequest* request,
                                              admin::v1::DrainResponse* response) {
  const absl::StatusOr<std::uint64_t> timeout_ms = DrainTimeout(*request);
  const grpc::Status status = Record(RequesterOf(*context), "Drain", timeout_ms.status(),
                                     request->ShortDebugString(), request->reason());
  if (!timeout_ms.ok()) return Answer(context, status);
  response->set_was_draining(server_->draining());
  server_->Drain(*timeout_ms);
  TellIfDraining();
  *response->mutable_timeout() =
      TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(*timeout_ms));
  for (const ReactorStats& reactor : server_->Stats().reactors) {
    response->set_connections_active(response->connections_active() + reactor.connections_active);
    response->set_responses_pending(response->responses_pending() + reactor.responses_pending);
  }
  return Answer(context, grpc::Status::OK);
}

// An event that has not happened yet is one of an earlier start, whose id the caller did not give.
std::uint64_t AdminService::EventsAfter(std::uint64_t after, const std::string& boot_id) const {
  const bool of_this_start = boot_id.empty() || boot_id == server_->boot_id();
  return of_this_start && after <= server_->events().newest() ? after : 0;
}

grpc::ServerUnaryReactor* AdminService::ListEvents(grpc::CallbackServerContext* context,
                                                   const admin::v1::ListEventsRequest* request,
                                                   admin::v1::Events* response) {
  const std::size_t most = request->page_size() == 0
                               ? EventLog::kCapacity
                               : std::min<std::size_t>(request->page_size(), EventLog::kCapacity);
  response->set_boot_id(server_->boot_id());
  ReadEvents(server_->events(), EventsAfter(request->after(), request->boot_id()), most, response);
  return Answer(context, grpc::Status::OK);
}

AdminService::Stream* AdminService::WatchStats(grpc::CallbackServerContext*,
                                               const grpc::ByteBuffer* request) {
  return Watch<admin::v1::WatchStatsRequest>(streams_.get(), StreamKind::kStats, *request);
}

AdminService::Stream* AdminService::WatchAcceptQueues(grpc::CallbackServerContext*,
                                                      const grpc::ByteBuffer* request) {
  return Watch<admin::v1::WatchAcceptQueuesRequest>(streams_.get(), StreamKind::kAcceptQueues,
                                                    *request);
}

AdminService::Stream* AdminService::WatchParseErrors(grpc::CallbackServerContext*,
                                                     const grpc::ByteBuffer* request) {
  return Watch<admin::v1::WatchParseErrorsRequest>(streams_.get(), StreamKind::kParseErrors,
                                                   *request);
}

AdminService::Stream* AdminService::WatchEvents(grpc::CallbackServerContext*,
                                                const grpc::ByteBuffer* request) {
  admin::v1::WatchEventsRequest parsed;
  if (const grpc::Status status = Parse(*request, &parsed); !status.ok()) {
    return new RefusedStream(status);
  }
  StreamRequest stream;
  stream.kind = StreamKind::kEvents;
  stream.after = EventsAfter(parsed.after(), parsed.boot_id());
  return streams_->Open(stream);
}

}  // namespace weir
