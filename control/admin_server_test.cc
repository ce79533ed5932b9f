#include "weir/control/admin_server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/server.h"

namespace weir {
namespace {

using testing::HasSubstr;

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() {
    ServerOptions options;
    options.listeners.resize(2);
    for (ListenerOptions& it : options.listeners) it.address = "127.0.0.1:0";
    options.listeners[1].name = "internal";
    options.reactors = 1;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter) {});
    char directory[] = "/tmp/weir-test-XXXXXX";  // TempDir() may be too long for a socket
    directory_ = ::mkdtemp(directory);
    path_ = directory_ + "/admin.sock";
  }
  ~AdminServerTest() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }

  absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address) {
    return AdminServer::Start(server_.get(), {address, {}});
  }
  static bool Answers(const std::string& target) {
    const auto stub =
        admin::v1::Admin::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    admin::v1::LimitsState state;
    return stub->GetLimits(&context, {}, &state).ok();
  }

  std::unique_ptr<Server> server_;
  std::string directory_;
  std::string path_;
};

TEST_F(AdminServerTest, ASocketIsForItsUserAloneAndGoesWithTheServer) {
  struct stat found {};
  {
    const mode_t before = ::umask(0);
    auto admin = Start("unix:" + path_);
    ::umask(before);
    ASSERT_TRUE(admin.ok()) << admin.status();
    EXPECT_EQ((*admin)->address(), "unix:" + path_);
    ASSERT_EQ(::stat(path_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    EXPECT_TRUE(Answers((*admin)->address()));
  }
  EXPECT_NE(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(::rmdir(directory_.c_str()), 0) << "something was left behind";
}

TEST_F(AdminServerTest, NeverTakesALiveSocketButReplacesADeadOne) {
  {
    auto first = Start("unix:" + path_);
    ASSERT_TRUE(first.ok());
    const auto second = Start("unix:" + path_);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
    EXPECT_TRUE(Answers("unix:" + path_));
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(dead);
  auto third = Start("unix:" + path_);
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_TRUE(Answers("unix:" + path_));
}

TEST_F(AdminServerTest, LeavesOtherFilesAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(Start("unix:" + path_).status().code(), absl::StatusCode::kInvalidArgument);
  std::string text;
  std::ifstream(path_) >> text;
  EXPECT_EQ(text, "precious");
}

TEST_F(AdminServerTest, SaysWhatIsWrongWithAPath) {
  EXPECT_EQ(Start("unix:relative").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Start("unix:").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Start("unix:/" + std::string(100, 'a')).status().message()),
              HasSubstr("90 bytes"));
  EXPECT_EQ(Start("unix:/nowhere/at/all").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AdminServerTest, OffersTcpOnLoopbackOnly) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:9000", "example.org:9000", "",
                              "9000", "127.0.0.1", "128.0.0.1:9000"}) {
    const auto admin = Start(address);
    EXPECT_EQ(admin.status().code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(admin.status().message()), HasSubstr("unix:/PATH")) << address;
  }
  auto admin = Start("127.0.0.1:0");
  ASSERT_TRUE(admin.ok()) << admin.status();
  EXPECT_TRUE(Answers((*admin)->address()));
  EXPECT_EQ(Start((*admin)->address()).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(AdminServerTest, RefusesMessagesThatAreTooLarge) {
  auto admin = Start("127.0.0.1:0");
  ASSERT_TRUE(admin.ok());
  const auto stub = admin::v1::Admin::NewStub(
      grpc::CreateChannel((*admin)->address(), grpc::InsecureChannelCredentials()));
  admin::v1::UpdateLimitsRequest request;
  request.set_etag(std::string(65 * 1024, 'x'));
  grpc::ClientContext context;
  admin::v1::LimitsState state;
  EXPECT_EQ(stub->UpdateLimits(&context, request, &state).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// The bytes of the first reply to `request` on a method whose messages are not linked here.
std::string CallRaw(const std::string& target, const std::string& method,
                    const std::string& request) {
  grpc::GenericStub stub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  const grpc::Slice slice(request);
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  queue.Next(&tag, &ok);
  grpc::ByteBuffer reply;
  call->Read(&reply, nullptr);
  queue.Next(&tag, &ok);
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!reply.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& part : slices) {
    bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return bytes;
}

TEST_F(AdminServerTest, ServesHealthAndReflection) {
  auto admin = Start("127.0.0.1:0");
  ASSERT_TRUE(admin.ok());
  // HealthCheckRequest{service} -> HealthCheckResponse{status: SERVING}
  const std::string serving = "\x08\x01";
  const std::string method = "/grpc.health.v1.Health/Check";
  EXPECT_EQ(CallRaw((*admin)->address(), method, ""), serving);
  EXPECT_EQ(CallRaw((*admin)->address(), method, "\x0a\x13weir.admin.v1.Admin"), serving);
  // ServerReflectionRequest{list_services: "*"}
  EXPECT_THAT(
      CallRaw((*admin)->address(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              "\x3a\x01*"),
      HasSubstr("weir.admin.v1.Admin"));
}

TEST_F(AdminServerTest, ServesChannelzWhereItIsAskedFor) {
  const std::string method = "/grpc.channelz.v1.Channelz/GetServers";
  AdminServerOptions options;
  options.address = "unix:" + path_;
  {
    auto without = AdminServer::Start(server_.get(), options);
    ASSERT_TRUE(without.ok()) << without.status();
    EXPECT_EQ(CallRaw((*without)->address(), method, ""), "");
  }
  options.channelz = true;
  auto with = AdminServer::Start(server_.get(), options);
  ASSERT_TRUE(with.ok()) << with.status();
  // GetServersResponse{server: [{ref, data{...}}], end: true}
  const std::string reply = CallRaw((*with)->address(), method, "");
  ASSERT_GT(reply.size(), 4u);
  EXPECT_EQ(reply[0], '\x0a') << "there is a server in it";
}

TEST_F(AdminServerTest, HealthFollowsTheServerAndNotTheControlPlane) {
  auto admin = Start("127.0.0.1:0");
  ASSERT_TRUE(admin.ok());
  const std::string method = "/grpc.health.v1.Health/Check";
  const auto check = [&](const std::string& service) {
    const std::string request =
        service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    return CallRaw((*admin)->address(), method, request);
  };
  const std::string serving = "\x08\x01";
  const std::string not_serving = "\x08\x02";
  EXPECT_EQ(check(server_->address()), serving);
  EXPECT_EQ(check(server_->listeners()[1].address), serving);
  EXPECT_EQ(check("internal"), serving);
  const auto stub = admin::v1::Admin::NewStub(
      grpc::CreateChannel((*admin)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  admin::v1::DrainResponse response;
  ASSERT_TRUE(stub->Drain(&context, {}, &response).ok());
  EXPECT_EQ(check(""), not_serving);
  EXPECT_EQ(check(server_->address()), not_serving);
  EXPECT_EQ(check("internal"), not_serving);
  EXPECT_EQ(check("weir.admin.v1.Admin"), serving);
}

// Health is told of a drain that a signal or the service began: once, when KeepHouse sees it.
TEST_F(AdminServerTest, HealthFollowsADrainThatTheServiceBegan) {
  std::promise<void> told;
  AdminService service(server_.get());
  service.OnDrain([&told, once = false]() mutable {
    if (!std::exchange(once, true)) told.set_value();
  });
  server_->Drain();
  told.get_future().wait();
  service.OnDrain(nullptr);
}

}  // namespace
}  // namespace weir
