#include "weir/control/admin_server.h"

#include <arpa/inet.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/control/unix_socket.h"
#include "weir/reactor/socket_address.h"

namespace weir {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr int kMaxRequestBytes = 64 * 1024;  // the largest real request has some 500 bytes
constexpr int kMaxStreamsPerConnection = 128;
constexpr int kKeepaliveMs = 60'000;

bool IsLoopback(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    const auto* const ipv4 = reinterpret_cast<const sockaddr_in*>(address.get());
    return ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
  }
  const auto* const ipv6 = reinterpret_cast<const sockaddr_in6*>(address.get());
  return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
}

absl::Status CheckTcp(const std::string& text) {
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text);
  if (address.ok() && IsLoopback(*address)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "admin address \"", text, "\": give unix:/PATH (mode 0600), or 127.0.0.1:PORT or ",
      "[::1]:PORT; there is no authentication, so others are not offered"));
}

void SetLimits(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  // Without it two servers could share a port unnoticed.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

// Both are settings of the whole process, and must come before the builder's BuildAndStart.
void EnableStandardServices() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

class AdminServer::Impl {
 public:
  Impl(Server* server, const AdminOptions& options) : service_(server, options) {}
  ~Impl() { Stop(); }

  absl::Status Listen(const std::string& address);
  const absl::Status& service_status() const noexcept { return service_.status(); }
  const std::string& address() const noexcept { return address_; }

 private:
  absl::Status ListenOnUnix(const std::string& path);
  absl::Status ListenOnTcp(const std::string& address);
  // The port, for TCP; 0 if it can't listen.
  int Build(const std::string& address);
  void Stop();

  AdminService service_;
  std::unique_ptr<UnixSocket> socket_;
  std::unique_ptr<grpc::Server> grpc_;
  std::string address_;
};

int AdminServer::Impl::Build(const std::string& address) {
  EnableStandardServices();
  int port = 0;
  grpc::ServerBuilder builder;
  SetLimits(&builder);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service_);
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) return 0;
  grpc_->GetHealthCheckService()->SetServingStatus("weir.admin.v1.Admin", true);
  return port;
}

absl::Status AdminServer::Impl::Listen(const std::string& address) {
  if (address.rfind(kUnix, 0) == 0) return ListenOnUnix(address.substr(kUnix.size()));
  return ListenOnTcp(address);
}

absl::Status AdminServer::Impl::ListenOnUnix(const std::string& path) {
  auto socket = UnixSocket::Prepare(path);
  if (!socket.ok()) return socket.status();
  socket_ = *std::move(socket);
  if (Build(absl::StrCat("unix:", socket_->private_path())) == 0) {
    return absl::InternalError(absl::StrCat("gRPC can't listen on unix:", path));
  }
  address_ = absl::StrCat("unix:", path);
  return socket_->Publish();
}

absl::Status AdminServer::Impl::ListenOnTcp(const std::string& address) {
  if (absl::Status status = CheckTcp(address); !status.ok()) return status;
  const int port = Build(address);
  if (port == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("gRPC can't listen on ", address, ": see who does with \"ss -ltnp\""));
  }
  address_ = absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
  return absl::OkStatus();
}

void AdminServer::Impl::Stop() {
  if (grpc_ == nullptr) return;
  grpc_->GetHealthCheckService()->SetServingStatus(false);
  service_.EndStreams();
  grpc_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  grpc_->Wait();
}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(Server* server,
                                                                const AdminServerOptions& options) {
  auto impl = std::make_unique<Impl>(server, options.admin);
  if (!impl->service_status().ok()) return impl->service_status();
  if (absl::Status status = impl->Listen(options.address); !status.ok()) return status;
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() = default;

const std::string& AdminServer::address() const noexcept { return impl_->address(); }

}  // namespace weir
