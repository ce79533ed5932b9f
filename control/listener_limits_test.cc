// Limits of one listener, over real gRPC, against a real server of two listeners.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/limits_file.h"
#include "weir/reactor/server.h"

namespace weir {
namespace {

using admin::v1::LimitsState;
using admin::v1::UpdateLimitsRequest;
using grpc::StatusCode;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ListenerLimitsTest : public testing::Test {
 protected:
  ListenerLimitsTest() {
    std::string directory = testing::TempDir() + "/weir-XXXXXX";
    if (::mkdtemp(directory.data()) != nullptr) directory_ = directory;
    Start();
  }

  // The service, anew.
  void Start() {
    admin_ = nullptr;
    ServerOptions options;
    options.reactors = 2;
    options.listeners.resize(2);
    for (ListenerOptions& it : options.listeners) it.address = "127.0.0.1:0";
    options.listeners[0].name = "public";
    options.listeners[1].name = "health";
    options.listeners[1].listen_backlog = 3;
    options.on_event = [](const Event&) {};
    server_ = *Server::Start(options, [](const Request&, ResponseWriter) {});
    AdminServerOptions admin;
    admin.address = "127.0.0.1:0";
    admin.admin.state_file = directory_ + "/state";
    auto started = AdminServer::Start(server_.get(), admin);
    ASSERT_TRUE(started.ok()) << started.status();
    admin_ = *std::move(started);
    stub_ = admin::v1::Admin::NewStub(
        grpc::CreateChannel(admin_->address(), grpc::InsecureChannelCredentials()));
  }

  static UpdateLimitsRequest Backlog(const std::string& listener, std::uint64_t value) {
    UpdateLimitsRequest request;
    request.set_listener(listener);
    request.mutable_limits()->set_listen_backlog(value);
    return request;
  }
  grpc::Status Update(const UpdateLimitsRequest& request) {
    grpc::ClientContext context;
    state_.Clear();
    return stub_->UpdateLimits(&context, request, &state_);
  }
  void Get() {
    grpc::ClientContext context;
    state_.Clear();
    ASSERT_TRUE(stub_->GetLimits(&context, {}, &state_).ok());
  }
  admin::v1::LimitsRevision Newest() {
    grpc::ClientContext context;
    admin::v1::ListLimitsRevisionsResponse response;
    EXPECT_TRUE(stub_->ListLimitsRevisions(&context, {}, &response).ok());
    return response.revisions(0);
  }
  // What the kernel has taken of each listener, in each reactor.
  std::vector<std::uint32_t> Backlogs() {
    std::vector<std::uint32_t> backlogs;
    for (const ReactorStats& reactor : server_->Stats().reactors) {
      for (const ListenerQueue& it : reactor.listener_queues) {
        backlogs.push_back(it.queue.backlog_effective);
      }
    }
    return backlogs;
  }

  std::string directory_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<admin::v1::Admin::Stub> stub_;
  LimitsState state_;
};

TEST_F(ListenerLimitsTest, TellsOfEachListenerWhereItsValuesComeFrom) {
  ASSERT_TRUE(Update(Backlog("", 9)).ok());
  ASSERT_EQ(state_.listeners_size(), 2);
  EXPECT_EQ(state_.listeners(0).listener(), "public");
  EXPECT_EQ(state_.listeners(0).requested().listen_backlog(), 9u);
  EXPECT_EQ(state_.listeners(0).requested().accept_budget_per_tick(), 64u);
  EXPECT_FALSE(state_.listeners(0).requested().has_max_fields());
  EXPECT_THAT(state_.listeners(0).layers(), IsEmpty());
  EXPECT_EQ(state_.listeners(1).effective().listen_backlog(), 3u);
  ASSERT_EQ(state_.listeners(1).layers_size(), 1);
  EXPECT_EQ(state_.listeners(1).layers(0).layer(), admin::v1::LIMIT_LAYER_CODE);
  UpdateLimitsRequest fleet = Backlog("health", 5);
  fleet.set_layer(admin::v1::LIMIT_LAYER_FLEET);
  ASSERT_TRUE(Update(fleet).ok());
  EXPECT_TRUE(state_.applied_by_all());
  EXPECT_EQ(state_.requested().listen_backlog(), 9u);
  ASSERT_EQ(state_.layers_size(), 1) << "the server's alone";
  EXPECT_EQ(state_.listeners(1).requested().listen_backlog(), 5u);
  ASSERT_EQ(state_.listeners(1).layers_size(), 2);
  EXPECT_EQ(state_.listeners(1).layers(1).layer(), admin::v1::LIMIT_LAYER_FLEET);
  EXPECT_THAT(Backlogs(), ElementsAre(9, 5, 9, 5));
}

TEST_F(ListenerLimitsTest, ATemporaryValueTellsWhenItReverts) {
  UpdateLimitsRequest request = Backlog("health", 5);
  request.mutable_ttl()->set_seconds(3600);
  ASSERT_TRUE(Update(request).ok());
  ASSERT_EQ(state_.listeners(1).layers_size(), 2);
  const auto left = state_.listeners(1).layers(1).expires_in().at("listen_backlog");
  EXPECT_GT(left.seconds(), 3000);
  EXPECT_LE(left.seconds(), 3600);
}

TEST_F(ListenerLimitsTest, IsAChangeLikeOthers) {
  UpdateLimitsRequest request = Backlog("health", 5);
  request.set_validate_only(true);
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(state_.listeners(1).requested().listen_backlog(), 5u);
  Get();
  EXPECT_EQ(state_.listeners(1).requested().listen_backlog(), 3u);
  request.set_validate_only(false);
  request.set_etag(state_.etag());
  request.set_request_id("once");
  request.set_reason("a burst");
  ASSERT_TRUE(Update(request).ok());
  ASSERT_TRUE(Update(request).ok()) << "it was that before";
  EXPECT_EQ(state_.version(), 2u);
  request.set_listener("public");
  EXPECT_EQ(Update(request).error_code(), StatusCode::INVALID_ARGUMENT) << "another request";
  request.set_request_id("twice");
  EXPECT_EQ(Update(request).error_code(), StatusCode::ABORTED);
  const admin::v1::LimitsRevision revision = Newest();
  EXPECT_EQ(revision.reason(), "a burst");
  ASSERT_EQ(revision.changes_size(), 1);
  EXPECT_EQ(revision.changes(0).listener(), "health");
  EXPECT_FALSE(revision.changes(0).has_before());
  EXPECT_EQ(revision.changes(0).after(), 5u);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  ASSERT_TRUE(stub_->ListAuditRecords(&context, {}, &audit).ok());
  EXPECT_THAT(audit.records(2).detail(), HasSubstr("listener: \"health\""));
}

TEST_F(ListenerLimitsTest, IsTakenOutAndRolledBack) {
  ASSERT_TRUE(Update(Backlog("public", 7)).ok());
  UpdateLimitsRequest unset;
  unset.set_listener("public");
  unset.mutable_update_mask()->add_paths("listen_backlog");
  ASSERT_TRUE(Update(unset).ok());
  EXPECT_EQ(state_.listeners(0).requested().listen_backlog(), 4096u);
  grpc::ClientContext context;
  admin::v1::RollBackLimitsRequest back;
  back.set_version(2);
  state_.Clear();
  ASSERT_TRUE(stub_->RollBackLimits(&context, back, &state_).ok());
  EXPECT_EQ(state_.listeners(0).requested().listen_backlog(), 7u);
  EXPECT_THAT(Backlogs(), ElementsAre(7, 3, 7, 3));
}

TEST_F(ListenerLimitsTest, RefusesWhatCanNotBeAndChangesNothing) {
  const grpc::Status unknown = Update(Backlog("helth", 5));
  EXPECT_EQ(unknown.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(unknown.error_message(), HasSubstr("the listeners are public, health"));
  UpdateLimitsRequest request = Backlog("health", 5);
  request.mutable_limits()->set_max_fields(50);
  const grpc::Status all = Update(request);
  EXPECT_EQ(all.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(all.error_message(),
              AllOf(StartsWith("max_fields is of the whole server"), HasSubstr("listen_backlog")));
  request.clear_limits();
  request.mutable_limits()->set_max_fields(50);
  request.set_layer(admin::v1::LIMIT_LAYER_SHADOW);
  EXPECT_EQ(Update(request).error_code(), StatusCode::INVALID_ARGUMENT);
  Get();
  EXPECT_EQ(state_.version(), 1u);
}

TEST_F(ListenerLimitsTest, SurvivesARestartWhereThatIsAskedFor) {
  UpdateLimitsRequest request = Backlog("health", 5);
  request.set_persist(true);
  ASSERT_TRUE(Update(request).ok());
  ASSERT_TRUE(Update(Backlog("public", 6)).ok());
  EXPECT_EQ(*ReadLimitsFile(directory_ + "/state"), "listen_backlog@health = 5  # connections\n");
  Start();
  Get();
  EXPECT_EQ(state_.listeners(0).requested().listen_backlog(), 4096u);
  EXPECT_EQ(state_.listeners(1).requested().listen_backlog(), 5u);
  EXPECT_EQ(state_.listeners(1).layers(1).layer(), admin::v1::LIMIT_LAYER_OPERATOR);
}

TEST_F(ListenerLimitsTest, WarnsOfABacklogThatTheHostCaps) {
  ASSERT_TRUE(Update(Backlog("health", 9'000'000)).ok());
  const std::uint64_t effective = state_.listeners(1).effective().listen_backlog();
  if (effective == 9'000'000) GTEST_SKIP() << "net.core.somaxconn does not cap here";
  EXPECT_THAT(Backlogs(), ElementsAre(testing::_, effective, testing::_, effective));
  EXPECT_THAT(state_.warnings(),
              Contains(StartsWith("listener health: listen_backlog = 9000000 acts as ")));
}

}  // namespace
}  // namespace weir
