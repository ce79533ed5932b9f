#include "weir/control/admin_server.h"

#include <arpa/inet.h>
#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/control/admin_listen.h"
#include "weir/control/call_counter.h"
#include "weir/control/connection_acceptor.h"
#include "weir/reactor/listen/unix_socket.h"
#include "weir/reactor/socket_address.h"

namespace weir {
namespace {

using Credentials = std::shared_ptr<grpc::ServerCredentials>;

constexpr std::string_view kUnix = "unix:";
constexpr char kAdminService[] = "weir.admin.v1.Admin";
constexpr int kMaxRequestBytes = 64 * 1024;  // the largest real request has some 500 bytes
constexpr int kMaxStreamsPerConnection = 128;
constexpr int kKeepaliveMs = 60'000;
constexpr int kHandshakeMs = 5'000;  // a TLS handshake that is never finished

bool IsLoopback(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    const auto* const ipv4 = reinterpret_cast<const sockaddr_in*>(address.get());
    return ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
  }
  const auto* const ipv6 = reinterpret_cast<const sockaddr_in6*>(address.get());
  return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
}

bool HasTls(const AdminTls& tls) {
  return !tls.certificate_file.empty() || !tls.private_key_file.empty() ||
         !tls.client_ca_file.empty();
}

absl::StatusOr<SocketAddress> ParseTcp(const std::string& text, bool tls) {
  absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text);
  if (address.ok() && (tls || IsLoopback(*address))) return address;
  return absl::InvalidArgumentError(absl::StrCat(
      "admin address \"", text, "\": give unix:/PATH, or 127.0.0.1:PORT or [::1]:PORT; others ",
      "need AdminServerOptions::tls, since whoever reaches the port could change every limit"));
}

absl::Status CheckReadable(const std::string& what, const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError(absl::StrCat("tls.", what, " is missing"));
  if (::access(path.c_str(), R_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("tls.", what, " ", path, ": ", std::strerror(errno)));
}

absl::Status CheckTls(const AdminTls& tls) {
  absl::Status status = CheckReadable("certificate_file", tls.certificate_file);
  status.Update(CheckReadable("private_key_file", tls.private_key_file));
  status.Update(CheckReadable("client_ca_file", tls.client_ca_file));
  return status;
}

Credentials TlsCredentials(const AdminTls& tls) {
  constexpr unsigned kRefreshSeconds = 1;
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls.private_key_file, tls.certificate_file, tls.client_ca_file, kRefreshSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

// The users who may connect, this process's own and root included.
std::set<uid_t> UsersOf(const AccessPolicy& policy) {
  std::set<uid_t> users = {0, ::geteuid()};
  for (const auto& [uid, role] : policy.users) users.insert(uid);
  for (auto user = users.begin(); user != users.end();) {
    user = RoleOfUser(policy, *user) == Role::kNone ? users.erase(user) : std::next(user);
  }
  return users;
}

// The socket is for everybody where others than this user and root have a role: who connects is
// told apart then, and turned away.
mode_t SocketMode(const std::set<uid_t>& users) {
  const bool for_others = std::any_of(users.begin(), users.end(),
                                      [](uid_t uid) { return uid != 0 && uid != ::geteuid(); });
  return for_others ? 0666 : 0600;
}

void SetLimits(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
}

// All are settings of the whole process, and must come before the builder's BuildAndStart.
void EnableServices(bool channelz) {
  static std::once_flag standard;
  std::call_once(standard, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  static std::once_flag optional;
  if (channelz) std::call_once(optional, grpc::channelz::experimental::InitChannelzService);
}

}  // namespace

class AdminServer::Impl {
 public:
  Impl(Server* server, const AdminServerOptions& options)
      : server_(server), options_(options), service_(server, options.admin) {}
  ~Impl() { Stop(); }

  absl::Status Start();
  const std::string& address() const noexcept { return address_; }

 private:
  using Door = std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>;

  absl::Status ServeUnix(const std::string& path);
  absl::Status ServeTcp(const std::string& text);
  Credentials TcpCredentials();
  Credentials Guard(Credentials all, AccessProcessor::FindCaller find);
  static Door AddDoor(Credentials credentials, grpc::ServerBuilder* builder);
  void AddUserDoors(grpc::ServerBuilder* builder);
  absl::Status Build(UniqueFd listener, grpc::ServerBuilder* builder);
  static void Enter(const Door& door, int fd);
  bool EnterAsUser(int fd);
  void SetServing(bool serving);
  void Stop();

  Server* const server_;
  const AdminServerOptions options_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;  // the service reads its counts to the end
  AdminService service_;
  std::unique_ptr<UnixSocket> socket_;
  std::map<uid_t, Door> user_doors_;  // into grpc_, one for each user of a Unix socket
  Door tcp_door_;
  std::unique_ptr<grpc::Server> grpc_;
  std::string address_;
};

absl::Status AdminServer::Impl::Start() {
  if (!service_.status().ok()) return service_.status();
  const std::string& address = options_.address;
  if (address.rfind(kUnix, 0) == 0) return ServeUnix(address.substr(kUnix.size()));
  return ServeTcp(address);
}

// Whoever `find` finds is held to AccessPolicy, at every call.
Credentials AdminServer::Impl::Guard(Credentials all, AccessProcessor::FindCaller find) {
  AccessProcessor::Tell tell;
  tell.on_first_call = [this] { service_.CountCaller(); };
  tell.on_admitted = [this] { service_.CountAdmitted(); };
  tell.on_denied = [this](const Caller& caller, std::string_view path) {
    service_.RecordDenied(caller.identity, std::string(path));
  };
  all->SetAuthMetadataProcessor(
      std::make_shared<AccessProcessor>(std::move(find), std::move(tell)));
  return all;
}

// What balancers ask: the server as a whole, and each listener by its address or its name.
void AdminServer::Impl::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health = grpc_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  for (const ListenerInfo& listener : server_->listeners()) {
    health->SetServingStatus(listener.address, serving);
    health->SetServingStatus(listener.name, serving);
  }
}

// Makes the gRPC server that the doors lead to, and who accepts for it.
absl::Status AdminServer::Impl::Build(UniqueFd listener, grpc::ServerBuilder* builder) {
  auto acceptor = ConnectionAcceptor::Create(std::move(listener), [this] {
    return server_->limits().current()->limits.max_admin_connections;
  });
  if (!acceptor.ok()) return acceptor.status();
  acceptor_ = *std::move(acceptor);
  service_.CountConnectionsBy([this] {
    return ControlCounters::Connections{acceptor_->accepted(), acceptor_->refused(),
                                        acceptor_->pauses()};
  });
  SetLimits(builder);
  CallCounter::AddTo(builder, [this] { service_.CountBegun(); });
  builder->RegisterService(&service_);
  grpc_ = builder->BuildAndStart();
  if (grpc_ == nullptr) {
    return absl::InternalError(absl::StrCat("gRPC can't serve ", options_.address));
  }
  grpc_->GetHealthCheckService()->SetServingStatus(kAdminService, true);
  SetServing(true);
  service_.OnDrain([this] { SetServing(false); });
  return absl::OkStatus();
}

AdminServer::Impl::Door AdminServer::Impl::AddDoor(Credentials credentials,
                                                   grpc::ServerBuilder* builder) {
  using Type = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  return builder->experimental().AddExternalConnectionAcceptor(Type::FROM_FD,
                                                               std::move(credentials));
}

void AdminServer::Impl::Enter(const Door& door, int fd) {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.fd = fd;
  door->HandleNewConnection(&connection);
}

// gRPC can't tell who is at the other end of a Unix socket. A door of its own for each user does.
void AdminServer::Impl::AddUserDoors(grpc::ServerBuilder* builder) {
  for (const uid_t uid : UsersOf(options_.access)) {
    Caller caller = {absl::StrCat("uid ", uid), RoleOfUser(options_.access, uid)};
    user_doors_[uid] = AddDoor(Guard(grpc::experimental::LocalServerCredentials(UDS),
                                     [caller](const grpc::AuthContext&) { return caller; }),
                               builder);
  }
}

bool AdminServer::Impl::EnterAsUser(int fd) {
  const std::optional<uid_t> uid = PeerUser(fd);
  const auto door = uid ? user_doors_.find(*uid) : user_doors_.end();
  if (door == user_doors_.end()) {
    service_.RecordDenied(uid ? absl::StrCat("uid ", *uid) : "", "connect");
    return false;
  }
  Enter(door->second, fd);
  return true;
}

absl::Status AdminServer::Impl::ServeUnix(const std::string& path) {
  auto socket = UnixSocket::Prepare(path);
  if (!socket.ok()) return socket.status();
  socket_ = *std::move(socket);
  auto listener = ListenOnUnix(socket_->private_path());
  if (!listener.ok()) return listener.status();
  EnableServices(options_.channelz);
  grpc::ServerBuilder builder;
  AddUserDoors(&builder);
  if (absl::Status status = Build(*std::move(listener), &builder); !status.ok()) return status;
  acceptor_->Start([this](int fd) { return EnterAsUser(fd); });
  address_ = absl::StrCat("unix:", path);
  return socket_->Publish(SocketMode(UsersOf(options_.access)));
}

Credentials AdminServer::Impl::TcpCredentials() {
  const AccessPolicy& access = options_.access;
  if (HasTls(options_.tls)) {
    return Guard(TlsCredentials(options_.tls), [access](const grpc::AuthContext& context) {
      return CallerByCertificate(access, context);
    });
  }
  return Guard(grpc::experimental::LocalServerCredentials(LOCAL_TCP),
               [access](const grpc::AuthContext&) {
                 return Caller{"loopback", access.loopback};
               });
}

absl::Status AdminServer::Impl::ServeTcp(const std::string& text) {
  const bool tls = HasTls(options_.tls);
  const auto address = ParseTcp(text, tls);
  if (!address.ok()) return address.status();
  if (absl::Status status = tls ? CheckTls(options_.tls) : absl::OkStatus(); !status.ok()) {
    return status;
  }
  auto listener = ListenOnTcp(*address);
  if (!listener.ok()) return listener.status();
  address_ = AddressOf(listener->get()).ToString();
  EnableServices(options_.channelz);
  grpc::ServerBuilder builder;
  tcp_door_ = AddDoor(TcpCredentials(), &builder);
  if (absl::Status status = Build(*std::move(listener), &builder); !status.ok()) return status;
  acceptor_->Start([this](int fd) {
    SendAtOnce(fd);
    Enter(tcp_door_, fd);
    return true;
  });
  return absl::OkStatus();
}

void AdminServer::Impl::Stop() {
  if (acceptor_ != nullptr) acceptor_->Stop();
  if (grpc_ == nullptr) return;
  service_.OnDrain(nullptr);
  grpc_->GetHealthCheckService()->SetServingStatus(false);
  service_.EndStreams();
  grpc_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  grpc_->Wait();
}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(Server* server,
                                                                const AdminServerOptions& options) {
  auto impl = std::make_unique<Impl>(server, options);
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() = default;

const std::string& AdminServer::address() const noexcept { return impl_->address(); }

}  // namespace weir
