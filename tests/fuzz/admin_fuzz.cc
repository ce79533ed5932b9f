// One call of the control plane, as gRPC makes it: the bytes of its request are parsed, and handed
// to the service's method. First byte: which method, and by its highest bit whether the bytes come
// in two slices. A call that is refused must have changed nothing, and what is answered must be a
// message that clients can read.

#include <grpcpp/grpcpp.h>
#include <grpcpp/test/default_reactor_test_peer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/control/admin_service.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {
namespace {

// A server and its control plane, but no connection to either.
struct Plane {
  Plane() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 1;
    options.on_event = [](const Event&) {};
    auto started = Server::Start(options, [](const Request&, ResponseWriter) {});
    WEIR_FUZZ_CHECK(started.ok());
    server = *std::move(started);
    AdminOptions admin;
    admin.apply_timeout_ms = 0;  // whether the reactors follow is not the question here
    service = std::make_unique<AdminService>(server.get(), admin);
  }

  std::unique_ptr<Server> server;
  std::unique_ptr<AdminService> service;
};

grpc::ByteBuffer BufferOf(std::string_view bytes, bool in_two) {
  const std::size_t first = in_two ? bytes.size() / 2 : bytes.size();
  std::vector<grpc::Slice> slices;
  for (const std::string_view part : {bytes.substr(0, first), bytes.substr(first)}) {
    slices.emplace_back(part.data(), part.size());
  }
  return {slices.data(), slices.size()};
}

template <typename Request, typename Response>
using Unary = grpc::ServerUnaryReactor* (AdminService::*)(grpc::CallbackServerContext*,
                                                          const Request*, Response*);

// What became of a call: none if the bytes are no request.
template <typename Response>
struct Outcome {
  std::optional<grpc::Status> status;
  Response response;
};

template <typename Request, typename Response>
Outcome<Response> Call(AdminService* service, Unary<Request, Response> method,
                       grpc::ByteBuffer bytes, Request* request) {
  Outcome<Response> outcome;
  if (!grpc::SerializationTraits<Request>::Deserialize(&bytes, request).ok()) return outcome;
  grpc::CallbackServerContext context;
  const grpc::testing::DefaultReactorTestPeer peer(&context);
  (service->*method)(&context, request, &outcome.response);
  WEIR_FUZZ_CHECK(peer.test_status_set());
  outcome.status = peer.test_status();
  WEIR_FUZZ_CHECK(Response().ParseFromString(outcome.response.SerializeAsString()));
  return outcome;
}

// A call that reads: it is always granted.
template <typename Request, typename Response>
void Read(Plane* plane, Unary<Request, Response> method, const grpc::ByteBuffer& bytes) {
  Request request;
  const auto outcome = Call(plane->service.get(), method, bytes, &request);
  WEIR_FUZZ_CHECK(!outcome.status || outcome.status->ok());
}

// A call that changes limits, or does not.
template <typename Request>
void Change(Plane* plane, Unary<Request, admin::v1::LimitsState> method,
            const grpc::ByteBuffer& bytes) {
  LimitsStore& limits = plane->server->limits();
  const std::uint64_t before = limits.version();
  Request request;
  const auto outcome = Call(plane->service.get(), method, bytes, &request);
  if (!outcome.status || !outcome.status->ok() || request.validate_only()) {
    WEIR_FUZZ_CHECK(limits.version() == before);
  } else {
    WEIR_FUZZ_CHECK(outcome.response.version() == limits.version());
  }
  WEIR_FUZZ_CHECK(CheckLimits(limits.current()->limits).ok());
}

void Drain(std::unique_ptr<Plane>* plane, const grpc::ByteBuffer& bytes) {
  admin::v1::DrainRequest request;
  const auto outcome = Call((*plane)->service.get(), &AdminService::Drain, bytes, &request);
  const bool granted = outcome.status && outcome.status->ok();
  WEIR_FUZZ_CHECK((*plane)->server->draining() == granted);
  if (!granted) return;
  const google::protobuf::Duration& timeout = outcome.response.timeout();
  WEIR_FUZZ_CHECK(timeout.seconds() >= 0 && timeout.seconds() <= 3600 && timeout.nanos() >= 0);
  *plane = nullptr;
}

using Watch = AdminService::Stream* (AdminService::*)(grpc::CallbackServerContext*,
                                                      const grpc::ByteBuffer*);

// A stream whose client has gone before anything was sent.
void Open(Plane* plane, Watch method, const grpc::ByteBuffer& bytes) {
  grpc::CallbackServerContext context;
  AdminService::Stream* const stream = (plane->service.get()->*method)(&context, &bytes);
  WEIR_FUZZ_CHECK(stream != nullptr);
  stream->OnDone();
}

// What was changed is put back, so that one input does what it does whatever came before it.
void PutBack(Server* server) {
  for (const LimitLayer layer : {LimitLayer::kFleet, LimitLayer::kOperator, LimitLayer::kShadow}) {
    LimitsUpdate update;
    update.layer = layer;
    update.replace_layer = true;
    WEIR_FUZZ_CHECK(server->limits().Apply(update).ok());
  }
}

void Check(FuzzInput input) {
  static std::unique_ptr<Plane> plane;
  if (plane == nullptr) plane = std::make_unique<Plane>();
  const unsigned choice = input.TakeByte();
  const grpc::ByteBuffer bytes = BufferOf(input.rest(), choice >= 128);
  Plane* const p = plane.get();
  using S = AdminService;
  switch (choice % 128 % 15) {
    case 0:
      return Change(p, &S::UpdateLimits, bytes), PutBack(p->server.get());
    case 1:
      return Change(p, &S::RollBackLimits, bytes), PutBack(p->server.get());
    case 2:
      return Drain(&plane, bytes);
    case 3:
      return Open(p, &S::WatchStats, bytes);
    case 4:
      return Open(p, &S::WatchAcceptQueues, bytes);
    case 5:
      return Open(p, &S::WatchParseErrors, bytes);
    case 6:
      return Open(p, &S::WatchEvents, bytes);
    case 7:
      return Read(p, &S::ListEvents, bytes);
    case 8:
      return Read(p, &S::GetLimits, bytes);
    case 9:
      return Read(p, &S::ListLimitsRevisions, bytes);
    case 10:
      return Read(p, &S::ListAuditRecords, bytes);
    case 11:
      return Read(p, &S::GetStats, bytes);
    case 12:
      return Read(p, &S::ListBadRequests, bytes);
    case 13:
      return Read(p, &S::Diagnose, bytes);
    default:
      return Read(p, &S::GetServerInfo, bytes);
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}
