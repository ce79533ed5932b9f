// Who may not, is refused and counted: by role, by user, by certificate.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/control/testing/admin_port.h"

namespace weir {
namespace {

using AdminAccessTest = AdminPortTest;
using AdminTlsTest = AdminTlsPortTest;
using grpc::StatusCode;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// The exit status of `work` in a child process that is another user; kCannot if it can't be.
constexpr int kCannot = 99;
template <typename Work>
int AsUser(uid_t uid, const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::setuid(uid) == 0 ? work() : kCannot);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

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
  EXPECT_EQ(audit.records(0).boot_id(), server_->boot_id());
}

TEST_F(AdminAccessTest, AChangeThatCannotBeWrittenDownIsMadeAndTheFailureCounted) {
  options_.admin.audit_file = "/dev/full";
  Start();
  const auto stub = Stub();
  ASSERT_TRUE(Write(stub.get()).ok());
  EXPECT_EQ(server_->limits().current()->limits.max_fields, 50u);
  // It is written soon after.
  std::uint64_t failures = 0;
  for (int i = 0; i < 10'000 && failures == 0; ++i) {
    failures = Counts(stub.get()).audit_write_failures();
  }
  EXPECT_EQ(failures, 1u);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  ASSERT_TRUE(stub->ListAuditRecords(&context, {}, &audit).ok());
  ASSERT_EQ(audit.records_size(), 1) << "it is in memory";
  EXPECT_EQ(audit.records(0).result(), "OK");
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

TEST_F(AdminAccessTest, AnEventTellsOfDeniedCalls) {
  options_.access.users[::geteuid()] = Role::kReader;
  Start();
  const auto stub = Stub();
  const std::uint64_t before = server_->events().newest();
  constexpr std::uint64_t kCalls = 3;
  for (std::uint64_t i = 0; i < kCalls; ++i) EXPECT_FALSE(Write(stub.get()).ok());
  std::uint64_t told = 0;
  std::string text;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  admin::v1::WatchEventsRequest request;
  request.set_after(before);
  const auto reader = stub->WatchEvents(&context, request);
  admin::v1::Events events;
  while (told < kCalls && reader->Read(&events)) {
    for (const admin::v1::Event& event : events.events()) {
      if (event.kind() != "call_denied") continue;
      told += event.numbers().at("calls");
      text = event.text();
    }
  }
  EXPECT_EQ(told, kCalls);
  EXPECT_THAT(text, HasSubstr("the last was /weir.admin.v1.Admin/UpdateLimits of uid " +
                              std::to_string(::geteuid())));
  context.TryCancel();
  reader->Finish();
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

TEST_F(AdminAccessTest, TheSocketIsForEverybodyWhereAnotherUserHasARole) {
  const uid_t self = ::geteuid();
  constexpr uid_t kOther = 4001;
  const std::pair<std::map<uid_t, Role>, mode_t> cases[] = {
      {{}, 0600},
      {{{self, Role::kReader}}, 0600},
      {{{0, Role::kNone}}, 0600},
      {{{kOther, Role::kNone}}, 0600},
      {{{kOther, Role::kReader}}, 0666},
      {{{0, Role::kNone}, {kOther, Role::kReader}}, 0666},
      {{{self, Role::kNone}, {kOther, Role::kReader}}, 0666},
  };
  for (const auto& [users, mode] : cases) {
    options_.access.users = users;
    Start();
    struct stat found = {};
    ASSERT_EQ(::stat((directory_ + "/admin.sock").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, mode) << testing::PrintToString(users);
    admin_ = nullptr;
  }
}

TEST_F(AdminAccessTest, OneConnectionTooManyIsClosedAndARoomThatIsFreeAgainIsUsed) {
  SetLimit("max_admin_connections", 1);
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

TEST_F(AdminAccessTest, MoreConnectionsAreLetInOnceTheLimitIsRaised) {
  SetLimit("max_admin_connections", 1);
  Start();
  const auto stub = Stub();
  ASSERT_TRUE(Read(stub.get()).ok());
  ASSERT_EQ(ConnectsAndIsClosed(directory_ + "/admin.sock"), 0);
  grpc::ClientContext context;
  admin::v1::UpdateLimitsRequest request;
  request.mutable_limits()->set_max_admin_connections(2);
  admin::v1::LimitsState state;
  ASSERT_TRUE(stub->UpdateLimits(&context, request, &state).ok());
  EXPECT_TRUE(Read(Stub().get()).ok());
  EXPECT_EQ(Counts(stub.get()).connections_refused(), 1u);
}

TEST_F(AdminAccessTest, WhoIsInStaysWhenTheLimitFalls) {
  Start();
  const auto one = Stub();
  const auto other = Stub();
  ASSERT_TRUE(Read(one.get()).ok());
  ASSERT_TRUE(Read(other.get()).ok());
  SetLimit("max_admin_connections", 1);
  EXPECT_TRUE(Read(one.get()).ok());
  EXPECT_TRUE(Read(other.get()).ok());
  EXPECT_EQ(ConnectsAndIsClosed(directory_ + "/admin.sock"), 0);
}

TEST_F(AdminAccessTest, LoopbackHasTheRoleThatIsChosen) {
  options_.address = "127.0.0.1:0";
  options_.access.loopback = Role::kReader;
  Start();
  const auto stub = Stub();
  EXPECT_TRUE(Read(stub.get()).ok());
  EXPECT_EQ(Write(stub.get()).error_code(), StatusCode::PERMISSION_DENIED);
}

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

std::vector<std::string> RulesFound(admin::v1::Admin::Stub* stub) {
  grpc::ClientContext context;
  admin::v1::Diagnosis diagnosis;
  EXPECT_TRUE(stub->Diagnose(&context, {}, &diagnosis).ok());
  std::vector<std::string> rules;
  for (const admin::v1::Finding& finding : diagnosis.findings()) rules.push_back(finding.rule());
  return rules;
}

TEST_F(AdminTlsTest, NothingIsWrongWithAPortThatWantsCertificates) {
  Certify("reader", "ca", "URI:spiffe://fleet/reader", 2);
  Start();
  EXPECT_THAT(RulesFound(StubOf("reader").get()), Not(Contains("admin_over_tcp")));
}

TEST_F(AdminAccessTest, LoopbackWithoutCertificatesIsAFinding) {
  options_.address = "127.0.0.1:0";
  Start();
  EXPECT_THAT(RulesFound(Stub().get()), Contains("admin_over_tcp"));
}

TEST_F(AdminTlsTest, RefusesCertificatesThatProveNothing) {
  Authority("other");
  Certify("forged", "other", "URI:spiffe://fleet/reader", 2);
  Certify("expired", "ca", "URI:spiffe://fleet/reader", -1);
  Certify("reader", "ca", "URI:spiffe://fleet/reader", 2);
  Start();
  EXPECT_EQ(Read(StubOf("forged").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(StubOf("expired").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(StubOf("").get()).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Read(Stub().get()).error_code(), StatusCode::UNAVAILABLE);
  // gRPC refuses them in the handshake: they are connections without a call.
  const auto reader = StubOf("reader");
  EXPECT_TRUE(Read(reader.get()).ok());
  const admin::v1::ControlStats counts = Counts(reader.get());
  EXPECT_EQ(counts.connections_called(), 1u);
  EXPECT_GE(counts.connections_accepted(), 5u);
  EXPECT_EQ(counts.connections_refused(), 0u);
  EXPECT_EQ(counts.calls_denied(), 0u);
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

TEST_F(AdminTlsTest, TakesAnotherAuthorityOfClientsWithoutARestart) {
  options_.tls.client_ca_file = Path("clients.crt");
  Authority("clients");
  Authority("next");
  Certify("old", "clients", "URI:spiffe://fleet/reader", 2);
  Certify("new", "next", "URI:spiffe://fleet/reader", 2);
  Start();
  EXPECT_TRUE(Read(StubOf("old").get()).ok());
  EXPECT_FALSE(Read(StubOf("new").get()).ok());
  Run("mv next.crt clients.crt");
  bool taken = false;
  for (int i = 0; i < 10'000 && !taken; ++i) taken = Read(StubOf("new").get()).ok();
  EXPECT_TRUE(taken);
  EXPECT_FALSE(Read(StubOf("old").get()).ok());
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
