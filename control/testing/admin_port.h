// An AdminServer of a test's own, and callers of every kind.

#ifndef WEIR_CONTROL_TESTING_ADMIN_PORT_H_
#define WEIR_CONTROL_TESTING_ADMIN_PORT_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "weir/control/admin_server.h"

namespace weir {

// On a Unix socket, unless a test changes the options before Start.
class AdminPortTest : public testing::Test {
 protected:
  AdminPortTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 1;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter) {});
    char directory[] = "/tmp/weir-test-XXXXXX";  // TempDir() may be too long for a socket
    directory_ = ::mkdtemp(directory);
    ::chmod(directory_.c_str(), 0755);
    options_.address = "unix:" + directory_ + "/admin.sock";
  }
  ~AdminPortTest() override {
    admin_ = nullptr;
    (void)!std::system(("rm -r " + directory_).c_str());
  }

  void Start() {
    auto admin = AdminServer::Start(server_.get(), options_);
    ASSERT_TRUE(admin.ok()) << admin.status();
    admin_ = *std::move(admin);
  }
  // Sets a limit as the service's code does, also while it serves.
  void SetLimit(std::string_view name, std::uint64_t value) {
    LimitsUpdate update;
    update.changes = {{FindLimitSpec(name), value}};
    ASSERT_TRUE(server_->limits().Apply(update).ok());
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

  std::string directory_;
  AdminServerOptions options_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
};

// Certificates of authorities and those whom they vouch for, made by openssl(1).
class AdminTlsPortTest : public AdminPortTest {
 protected:
  AdminTlsPortTest() {
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

}  // namespace weir

#endif  // WEIR_CONTROL_TESTING_ADMIN_PORT_H_
