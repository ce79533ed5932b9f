// Who may not, is refused and counted: by role, by user, by certificate.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"

namespace weir {
namespace {

using grpc::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

class AdminAccessTest : public testing::Test {
 protected:
  AdminAccessTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 1;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter) {});
    char directory[] = "/tmp/weir-test-XXXXXX";  // TempDir() may be too long for a socket
    directory_ = ::mkdtemp(directory);
    ::chmod(directory_.c_str(), 0755);
    options_.address = "unix:" + directory_ + "/admin.sock";
  }
  ~AdminAccessTest() override {
    admin_ = nullptr;
    (void)!std::system(("rm -r " + directory_).c_str());
  }

  void Start() {
    auto admin = AdminServer::Start(server_.get(), options_);
    ASSERT_TRUE(admin.ok()) << admin.status();
    admin_ = *std::move(admin);
  }
  std::unique_ptr<admin::v1::Admin::Stub> Stub(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials =
          grpc::InsecureChannelCredentials()) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    // One that is refused is tried again soon.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
    return admin::v1::Admin::NewStub(
        grpc::CreateCustomChannel(admin_->address(), credentials, arguments));
  }
  static grpc::Status Read(admin::v1::Admin::Stub* stub) {
    grpc::ClientContext context;
    admin::v1::LimitsState state;
    return stub->GetLimits(&context, {}, &state);
  }
  static grpc::Status Write(admin::v1::Admin::Stub* stub) {
    grpc::ClientContext context;
    admin::v1::UpdateLimitsRequest request;
    request.mutable_limits()->set_max_fields(50);
    admin::v1::LimitsState state;
    return stub->UpdateLimits(&context, request, &state);
  }
  static admin::v1::ControlStats Counts(admin::v1::Admin::Stub* stub) {
    grpc::ClientContext context;
    admin::v1::Stats stats;
    EXPECT_TRUE(stub->GetStats(&context, {}, &stats).ok());
    return stats.control();
  }
  // The exit status of `work` in a child process that is another user; kCannot if it can't be.
  static constexpr int kCannot = 99;
  template <typename Work>
  static int AsUser(uid_t uid, const Work& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::setuid(uid) == 0 ? work() : kCannot);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }

  std::string directory_;
  AdminServerOptions options_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
};

TEST_F(AdminAccessTest, AReaderCannotWrite) {
  options_.access.users[::geteuid()] = Role::kReader;
  Start();
  const auto stub = Stub();
  EXPECT_TRUE(Read(stub.get()).ok());
  const grpc::Status status = Write(stub.get());
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr("uid " + std::to_string(::geteuid()) + " is reader"),
                    HasSubstr("UpdateLimits needs operator")));
  EXPECT_EQ(server_->limits().version(), 1u);
  EXPECT_EQ(Counts(stub.get()).calls_denied(), 1u);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  ASSERT_TRUE(stub->ListAuditRecords(&context, {}, &audit).ok());
  ASSERT_EQ(audit.records_size(), 1);
  EXPECT_EQ(audit.records(0).result(), "PERMISSION_DENIED");
  EXPECT_EQ(audit.records(0).method(), "/weir.admin.v1.Admin/UpdateLimits");
}

TEST_F(AdminAccessTest, TheHistoryHasTheUser) {
  Start();
  const auto stub = Stub();
  ASSERT_TRUE(Write(stub.get()).ok());
  EXPECT_EQ(server_->limits().History().back().author, "uid " + std::to_string(::geteuid()));
}

TEST_F(AdminAccessTest, AFloodOfDeniedCallsIsCountedButNotWrittenDownWhole) {
  options_.access.users[::geteuid()] = Role::kReader;
  Start();
  const auto stub = Stub();
  constexpr int kCalls = 100;
  for (int i = 0; i < kCalls; ++i) EXPECT_FALSE(Write(stub.get()).ok());
  EXPECT_EQ(Counts(stub.get()).calls_denied(), kCalls);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  ASSERT_TRUE(stub->ListAuditRecords(&context, {}, &audit).ok());
  EXPECT_GE(audit.records_size(), AdminService::kDenialsPerSecond);
}

// Whether a stranger's connection to the path is closed without an answer.
int ConnectsAndIsClosed(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return 2;
  char byte = 0;
  return ::recv(fd, &byte, 1, 0) <= 0 ? 0 : 1;
}

TEST_F(AdminAccessTest, AStrangerIsNotLetIn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become other users";
  constexpr uid_t kFriend = 4001;
  constexpr uid_t kStranger = 4002;
  options_.access.users[kFriend] = Role::kReader;
  Start();
  const std::string path = directory_ + "/admin.sock";
  const int outcome = AsUser(kStranger, [&path] { return ConnectsAndIsClosed(path); });
  if (outcome == kCannot) GTEST_SKIP() << "this namespace has no other users";
  EXPECT_EQ(outcome, 0);
  const auto stub = Stub();
  EXPECT_EQ(Counts(stub.get()).connections_refused(), 1u);
  EXPECT_EQ(Counts(stub.get()).calls_denied(), 1u);
}

TEST_F(AdminAccessTest, WithoutOtherUsersTheSocketIsForThisOneAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become other users";
  Start();
  const std::string path = directory_ + "/admin.sock";
  const int outcome = AsUser(4002, [&path] { return ConnectsAndIsClosed(path); });
  if (outcome == kCannot) GTEST_SKIP() << "this namespace has no other users";
  EXPECT_EQ(outcome, 2);
}

TEST_F(AdminAccessTest, OneConnectionTooManyIsClosedAndARoomThatIsFreeAgainIsUsed) {
  options_.max_connections = 1;
  Start();
  auto stub = Stub();
  EXPECT_TRUE(Read(stub.get()).ok());
  EXPECT_EQ(ConnectsAndIsClosed(directory_ + "/admin.sock"), 0);
  EXPECT_EQ(Counts(stub.get()).connections_refused(), 1u);
  stub = nullptr;
  // The end of the first connection is seen at once or a little later: a channel tries again.
  const auto again = Stub();
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  admin::v1::LimitsState state;
  EXPECT_TRUE(again->GetLimits(&context, {}, &state).ok());
}

TEST_F(AdminAccessTest, LoopbackHasTheRoleThatIsChosen) {
  options_.address = "127.0.0.1:0";
  options_.access.loopback = Role::kReader;
  Start();
  const auto stub = Stub();
  EXPECT_TRUE(Read(stub.get()).ok());
  EXPECT_EQ(Write(stub.get()).error_code(), StatusCode::PERMISSION_DENIED);
}

// Certificates of authorities and those whom they vouch for, made by openssl(1).
class AdminTlsTest : public AdminAccessTest {
 protected:
  AdminTlsTest() {
    Authority("ca");
    Certify("server", "ca", "IP:127.0.0.1", 2);
    options_.address = "127.0.0.1:0";
    options_.tls = {Path("server.crt"), Path("server.key"), Path("ca.crt")};
    options_.access.certificates["spiffe://fleet/reader"] = Role::kReader;
    options_.access.certificates["spiffe://fleet/tuner"] = Role::kOperator;
  }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  void Run(const std::string& command) const {
    ASSERT_EQ(std::system(("cd " + directory_ + " && (" + command + ") 2>log").c_str()), 0)
        << Contents("log");
  }
  std::string Contents(const std::string& name) const {
    std::ifstream file(Path(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void Authority(const std::string& name) const {
    Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=" +
        name + " -keyout " + name + ".key -out " + name + ".crt");
  }
  void Certify(const std::string& name, const std::string& authority, const std::string& san,
               int days) const {
    Run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name +
        " -keyout " + name + ".new -out csr && echo subjectAltName=" + san +
        " > ext && openssl x509 -req -in csr -CA " + authority + ".crt -CAkey " + authority +
        ".key -CAcreateserial -extfile ext -days " + std::to_string(days) + " -out " + name +
        ".crt && mv " + name + ".new " + name + ".key");
  }
  std::unique_ptr<admin::v1::Admin::Stub> StubOf(const std::string& name,
                                                 const std::string& authority = "ca") {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = Contents(authority + ".crt");
    if (!name.empty()) {
      options.pem_cert_chain = Contents(name + ".crt");
      options.pem_private_key = Contents(name + ".key");
    }
    return Stub(grpc::SslCredentials(options));
  }
};

TEST_F(AdminTlsTest, NamesInCertificatesHaveRoles) {
  Certify("reader", "ca", "URI:spiffe://fleet/reader", 2);
  Certify("tuner", "ca", "URI:spiffe://fleet/tuner", 2);
  Certify("stranger", "ca", "URI:spiffe://fleet/stranger", 2);
  Start();
  const auto reader = StubOf("reader");
  EXPECT_TRUE(Read(reader.get()).ok());
  EXPECT_EQ(Write(reader.get()).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Write(StubOf("tuner").get()).ok());
  EXPECT_EQ(server_->limits().History().back().author, "spiffe://fleet/tuner");
  const grpc::Status status = Read(StubOf("stranger").get());
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("spiffe://fleet/stranger is none"));
  EXPECT_EQ(Counts(reader.get()).calls_denied(), 2u);
}

TEST_F(AdminTlsTest, RefusesCertificatesThatProveNothing) {
  Authority("other");
  Certify("forged", "other", "URI:spiffe://fleet/reader", 2);
  Certify("expired", "ca", "URI:spiffe://fleet/reader", -1);
  Start();
  EXPECT_EQ(Read(StubOf("forged").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(StubOf("expired").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(StubOf("").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(Stub().get()).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(AdminTlsTest, TakesARenewedCertificateWithoutARestart) {
  Certify("reader", "ca", "URI:spiffe://fleet/reader", 2);
  Start();
  EXPECT_TRUE(Read(StubOf("reader").get()).ok());
  Authority("next");
  EXPECT_FALSE(Read(StubOf("reader", "next").get()).ok());
  Certify("server", "next", "IP:127.0.0.1", 2);
  // The files are looked at once a second; each try is a handshake of its own.
  bool renewed = false;
  for (int i = 0; i < 10'000 && !renewed; ++i) renewed = Read(StubOf("reader", "next").get()).ok();
  EXPECT_TRUE(renewed);
}

TEST_F(AdminTlsTest, SaysWhichFileIsMissing) {
  options_.tls.private_key_file = Path("nowhere.key");
  const auto admin = AdminServer::Start(server_.get(), options_);
  EXPECT_EQ(admin.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(admin.status().message()),
              AllOf(HasSubstr("private_key_file"), HasSubstr("nowhere.key")));
}

}  // namespace
}  // namespace weir
