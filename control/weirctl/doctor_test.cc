// weirctl doctor and info, against a real server, a fake one, and none.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/weirctl/diagnosis_text.h"
#include "weir/control/weirctl/host_diagnosis.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/control/weirctl/weirctl_call.h"
#include "weir/reactor/server.h"

namespace weir {
namespace {

using admin::v1::Diagnosis;
using admin::v1::Finding;
using test::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Outcome Call(std::vector<std::string> arguments, const std::string& target) {
  arguments.push_back("--target=" + target);
  return test::Call(arguments);
}

Diagnosis WithFinding(Finding::Severity severity) {
  Diagnosis diagnosis;
  Finding* const finding = diagnosis.add_findings();
  finding->set_severity(severity);
  finding->set_rule("a_rule");
  finding->set_subject("127.0.0.1:80 reactor 1");
  finding->set_message("something is wrong");
  finding->set_evidence("a = 1");
  finding->set_fix("set a=2");
  return diagnosis;
}

class FakeAdmin final : public admin::v1::Admin::Service {
 public:
  grpc::Status Diagnose(grpc::ServerContext*, const admin::v1::DiagnoseRequest*,
                        Diagnosis* response) override {
    ++calls;
    if (calls == interrupt_at) std::raise(SIGINT);
    *response = diagnosis;
    return status;
  }
  Diagnosis diagnosis;
  grpc::Status status;
  int calls = 0;
  int interrupt_at = 0;
};

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
    target_ = "127.0.0.1:" + std::to_string(port);
  }
  ~DoctorTest() override { server_->Shutdown(); }

  Outcome Doctor(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "doctor");
    return Call(std::move(arguments), target_);
  }

  FakeAdmin admin_;
  std::unique_ptr<grpc::Server> server_;
  std::string target_;
};

TEST_F(DoctorTest, PrintsFindingsAsACompilerDoes) {
  admin_.diagnosis = WithFinding(Finding::WARNING);
  admin_.diagnosis.MergeFrom(WithFinding(Finding::ERROR));
  EXPECT_EQ(Doctor({"server"}).out,
            "127.0.0.1:80 reactor 1: error: something is wrong [a_rule]\n"
            "  evidence: a = 1\n"
            "  fix: set a=2\n"
            "127.0.0.1:80 reactor 1: warning: something is wrong [a_rule]\n"
            "  evidence: a = 1\n"
            "  fix: set a=2\n"
            "1 error, 1 warning, 0 notes\n");
}

TEST_F(DoctorTest, ItsExitStatusIsTheWorstFinding) {
  EXPECT_EQ(Doctor({"server"}).status, kExitOk);
  admin_.diagnosis = WithFinding(Finding::NOTE);
  EXPECT_EQ(Doctor({"server"}).status, kExitOk);
  admin_.diagnosis = WithFinding(Finding::WARNING);
  EXPECT_EQ(Doctor({"server"}).status, kExitWarnings);
  admin_.diagnosis.MergeFrom(WithFinding(Finding::ERROR));
  EXPECT_EQ(Doctor({"server"}).status, kExitErrors);
  EXPECT_EQ(Doctor({"server", "--json"}).status, kExitErrors);
  admin_.status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not for you");
  EXPECT_EQ(Doctor({"server"}).status, kExitRefused);
}

TEST_F(DoctorTest, JsonIsOneObjectALine) {
  admin_.diagnosis = WithFinding(Finding::WARNING);
  const Outcome outcome = Doctor({"server", "--json", "--watch", "--count=2", "--interval=1ms"});
  EXPECT_EQ(outcome.status, kExitWarnings);
  std::istringstream lines(outcome.out);
  int objects = 0;
  for (std::string line; std::getline(lines, line); ++objects) {
    EXPECT_THAT(line, AllOf(testing::StartsWith("{"), testing::EndsWith("}"),
                            HasSubstr(R"("severity":"WARNING")"), HasSubstr(R"("fix":"set a=2")")));
  }
  EXPECT_EQ(objects, 2);
}

TEST_F(DoctorTest, WatchesUntilASignal) {
  admin_.interrupt_at = 3;
  const Outcome outcome = Doctor({"server", "--watch", "--interval=100ms"});
  EXPECT_EQ(outcome.status, kExitOk);
  EXPECT_EQ(admin_.calls, 3);
}

TEST_F(DoctorTest, TakesHostServerOrNothing) {
  EXPECT_EQ(Doctor({"everything"}).status, kExitUsage);
  EXPECT_EQ(Doctor({"host", "server"}).status, kExitUsage);
}

TEST_F(DoctorTest, SeesEveryListenerWithItsProcess) {
  const Outcome host = Doctor({"host"});
  const std::string port = target_.substr(target_.rfind(':'));  // gRPC may listen on ::ffff:
  EXPECT_THAT(host.out, AllOf(HasSubstr("LISTENER"), HasSubstr(port + " "),
                              HasSubstr("(" + std::to_string(::getpid()) + ")")));
  EXPECT_EQ(admin_.calls, 0);
  EXPECT_THAT(Doctor({}).out, HasSubstr(port + " "));
  EXPECT_EQ(admin_.calls, 1);
}

TEST_F(DoctorTest, ExaminesTheHostWhenNoServerAnswers) {
  const std::string gone = target_;
  server_->Shutdown();
  const Outcome both = Call({"doctor"}, gone);
  EXPECT_THAT(both.err, HasSubstr("only the host was examined"));
  EXPECT_THAT(both.out, HasSubstr(" error"));  // of the summing line: "0 errors" or "1 error"
  EXPECT_NE(both.status, kExitUnreachable);
  EXPECT_EQ(Call({"doctor", "server"}, gone).status, kExitUnreachable);
}

// A server that refuses to answer takes nothing from what the host tells, but is told by the
// status.
TEST_F(DoctorTest, ExaminesTheHostWhenTheServerRefuses) {
  admin_.status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not for you");
  const Outcome both = Doctor({});
  EXPECT_EQ(both.status, kExitRefused);
  EXPECT_THAT(both.err, AllOf(HasSubstr("not for you"), HasSubstr("only the host was examined")));
  EXPECT_THAT(both.out, AllOf(HasSubstr("LISTENER"), HasSubstr(" error")));
}

TEST_F(DoctorTest, ShowsTheSettingsThatCapTheQueues) {
  EXPECT_THAT(Doctor({"host"}).out,
              testing::ContainsRegex("net.core.somaxconn = [0-9]+ caps every backlog.*"
                                     "tcp_syncookies = .*tcp_max_syn_backlog = "));
}

TEST(DiagnosisTextTest, ColoursOnlyWhereAskedTo) {
  std::ostringstream plain, coloured;
  PrintFindings(WithFinding(Finding::ERROR), false, plain);
  PrintFindings(WithFinding(Finding::ERROR), true, coloured);
  EXPECT_THAT(plain.str(), Not(HasSubstr("\033")));
  EXPECT_THAT(coloured.str(), HasSubstr("\033[1;31merror\033[0m"));
}

TEST(DoctorServerTest, ARealServerDiagnosesAndDescribesItself) {
  ServerOptions options;
  options.listeners.resize(2);
  for (ListenerOptions& it : options.listeners) it.address = "127.0.0.1:0";
  options.listeners[1].name = "health";
  options.reactors = 2;
  options.limits.listen_backlog = 9'999'999;
  const auto server = *Server::Start(
      options, [](const Request&, ResponseWriter response) { response.Send(200, "", ""); });
  const auto admin = *AdminServer::Start(server.get(), {"127.0.0.1:0", {}});
  const Outcome doctor = Call({"doctor", "server"}, admin->address());
  EXPECT_EQ(doctor.status, kExitWarnings) << doctor.err;
  EXPECT_THAT(doctor.out,
              AllOf(HasSubstr(server->address() + " reactor 1: warning: "),
                    HasSubstr("health reactor 0: warning: "), HasSubstr("[backlog_capped]"),
                    HasSubstr("[admin_over_tcp]"), Not(HasSubstr("[address_shared]"))));
  const Outcome info = Call({"info"}, admin->address());
  EXPECT_EQ(info.status, kExitOk) << info.err;
  EXPECT_THAT(info.out, AllOf(HasSubstr(server->address()), HasSubstr("listener health"),
                              HasSubstr(server->listeners()[1].address),
                              HasSubstr(server->boot_id()), HasSubstr(std::to_string(::getpid()))));
  EXPECT_THAT(Call({"info", "--json"}, admin->address()).out, HasSubstr(R"("reactors":2)"));
}

}  // namespace
}  // namespace weir
