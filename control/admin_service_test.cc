// The control plane over real gRPC, against a real server.
#include "weir/control/admin_service.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using admin::v1::Limits;
using admin::v1::LimitsState;
using admin::v1::Stats;
using admin::v1::UpdateLimitsRequest;
using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

// More than the streams that one test opens after each other: the end of one takes its time.
constexpr std::size_t kMaxWatchers = 8;

class AdminServiceTest : public testing::Test {
 protected:
  AdminServiceTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 2;
    options.limits.max_watchers = kMaxWatchers;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter response) {
      response.Send(200, "text/plain", "hello");
    });
    AdminServerOptions admin;
    admin.address = "127.0.0.1:0";
    admin_ = *AdminServer::Start(server_.get(), admin);
    stub_ = admin::v1::Admin::NewStub(
        grpc::CreateChannel(admin_->address(), grpc::InsecureChannelCredentials()));
  }

  LimitsState Get() {
    grpc::ClientContext context;
    LimitsState state;
    EXPECT_TRUE(stub_->GetLimits(&context, {}, &state).ok());
    return state;
  }
  grpc::Status Update(const UpdateLimitsRequest& request, LimitsState* state) {
    grpc::ClientContext context;
    return stub_->UpdateLimits(&context, request, state);
  }
  Stats GetStats() {
    grpc::ClientContext context;
    Stats stats;
    EXPECT_TRUE(stub_->GetStats(&context, {}, &stats).ok());
    return stats;
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<admin::v1::Admin::Stub> stub_;
};

TEST_F(AdminServiceTest, ALimitJudgesTheVeryNextRequest) {
  test::BlockingClient client(server_->port());
  const std::string request =
      "GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(5000, 'c') + "\r\n\r\n";
  EXPECT_THAT(client.Ask(request), StartsWith("HTTP/1.1 200 "));
  UpdateLimitsRequest update;
  update.mutable_limits()->set_max_head_bytes(4096);
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_TRUE(state.applied_by_all());
  EXPECT_EQ(state.version(), 2u);
  EXPECT_EQ(state.requested().max_head_bytes(), 4096u);
  ASSERT_EQ(state.reactors_size(), 2);
  for (const auto& reactor : state.reactors()) EXPECT_EQ(reactor.applied_version(), 2u);
  EXPECT_THAT(client.Ask(request), StartsWith("HTTP/1.1 431 "));
  std::uint64_t refused = 0;
  const Stats stats = GetStats();
  for (const auto& reactor : stats.reactors()) {
    for (const auto& [kind, count] : reactor.parse_errors()) refused += count;
  }
  EXPECT_EQ(refused, 1u);
}

TEST_F(AdminServiceTest, ADrainHasTheTimeThatWasAskedFor) {
  const auto drain = [this](std::int64_t seconds, admin::v1::DrainResponse* response) {
    grpc::ClientContext context;
    admin::v1::DrainRequest request;
    request.mutable_timeout()->set_seconds(seconds);
    return stub_->Drain(&context, request, response);
  };
  admin::v1::DrainResponse response;
  EXPECT_EQ(drain(-1, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(drain(3601, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  // 2^64 ms and a second: what 64 bits of ms would make of it is allowed.
  EXPECT_EQ(drain(18'446'744'073'709'553, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_FALSE(server_->draining());
  test::BlockingClient client(server_->port());
  EXPECT_THAT(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  ASSERT_TRUE(drain(3600, &response).ok());
  EXPECT_FALSE(response.was_draining());
  EXPECT_EQ(response.timeout().seconds(), 3600);
  ASSERT_TRUE(drain(0, &response).ok());
  EXPECT_TRUE(response.was_draining());
  EXPECT_EQ(server_->Wait().connections_finished, 1u);  // it was idle: nothing to cut
}

TEST_F(AdminServiceTest, RefusesValuesOutOfRangeAndChangesNothing) {
  const LimitsState before = Get();
  UpdateLimitsRequest update;
  update.mutable_limits()->set_max_fields(50);
  update.mutable_limits()->set_max_head_bytes(1);
  update.mutable_limits()->set_head_timeout_ms(0);
  LimitsState state;
  const grpc::Status status = Update(update, &state);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr("max_head_bytes = 1 is out of range: 128 to 1048576"),
                    HasSubstr("head_timeout_ms = 0")));
  EXPECT_EQ(Get().DebugString(), before.DebugString());
  EXPECT_EQ(GetStats().control().limit_updates_refused(), 1u);
  EXPECT_EQ(GetStats().control().limit_updates(), 0u);
}

TEST_F(AdminServiceTest, CountsTheChangesThatWereMadeAndNothingElse) {
  UpdateLimitsRequest update;
  update.mutable_limits()->set_max_fields(50);
  update.set_request_id("once");
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_FALSE(state.repeated());
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_TRUE(state.repeated());
  admin::v1::DrainRequest drain;
  admin::v1::DrainResponse response;
  drain.mutable_timeout()->set_seconds(-1);
  grpc::ClientContext refused;
  EXPECT_FALSE(stub_->Drain(&refused, drain, &response).ok());
  drain.mutable_timeout()->set_seconds(1);
  grpc::ClientContext granted;
  EXPECT_TRUE(stub_->Drain(&granted, drain, &response).ok());
  EXPECT_EQ(GetStats().control().limit_updates(), 1u);
  EXPECT_EQ(GetStats().control().limit_updates_refused(), 0u);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  ASSERT_TRUE(stub_->ListAuditRecords(&context, {}, &audit).ok());
  ASSERT_EQ(audit.records_size(), 4);
  EXPECT_THAT(audit.records(2).detail(), StartsWith("repeated: "));
  EXPECT_THAT(audit.records(3).detail(), StartsWith("limits "));
  for (const admin::v1::AuditRecord& record : audit.records()) {
    EXPECT_EQ(record.boot_id(), server_->boot_id());
    EXPECT_THAT(record.peer(), StartsWith("ipv4:127.0.0.1:"));
  }
}

TEST_F(AdminServiceTest, TheMaskSaysWhatCounts) {
  UpdateLimitsRequest update;
  update.mutable_limits()->set_max_fields(50);
  update.mutable_limits()->set_max_head_bytes(4096);
  update.mutable_update_mask()->add_paths("max_fields");
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_EQ(state.requested().max_fields(), 50u);
  EXPECT_EQ(state.requested().max_head_bytes(), 16384u);

  // Named but not set: back to the default.
  update.Clear();
  update.mutable_update_mask()->add_paths("max_fields");
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_EQ(state.requested().max_fields(), 100u);
}

TEST_F(AdminServiceTest, RefusesMasksThatNameNoLimit) {
  for (const char* path : {"nonsense", "*", "", "limits.max_fields"}) {
    UpdateLimitsRequest update;
    update.mutable_update_mask()->add_paths(path);
    LimitsState state;
    const grpc::Status status = Update(update, &state);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << path;
    EXPECT_THAT(status.error_message(), HasSubstr("max_head_bytes")) << path;
  }
  LimitsState state;
  EXPECT_EQ(Update({}, &state).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminServiceTest, TellsBackNoMoreThanABitOfWhatItWasGiven) {
  UpdateLimitsRequest update;
  update.mutable_update_mask()->add_paths(std::string(60'000, 'x'));
  LimitsState state;
  for (int i = 0; i < 90; ++i) {
    const grpc::Status status = Update(update, &state);
    ASSERT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    ASSERT_THAT(status.error_message(), HasSubstr("xxx...\" is not a limit"));
  }
  update.Clear();
  for (int i = 0; i < 4000; ++i) update.mutable_update_mask()->add_paths("max_fields");
  for (int i = 0; i < 90; ++i) (void)Update(update, &state);
  grpc::ClientContext context;
  admin::v1::ListAuditRecordsResponse audit;
  const grpc::Status status = stub_->ListAuditRecords(&context, {}, &audit);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(audit.records_size(), 180);
}

TEST_F(AdminServiceTest, AnEtagGuardsAgainstLostUpdates) {
  UpdateLimitsRequest update;
  update.set_etag(Get().etag());
  update.mutable_limits()->set_max_fields(50);
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  update.mutable_limits()->set_max_fields(60);
  const grpc::Status status = Update(update, &state);
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(Get().requested().max_fields(), 50u);
  for (const char* etag : {"x", "0-2", "-"}) {
    update.set_etag(etag);
    EXPECT_EQ(Update(update, &state).error_code(), StatusCode::ABORTED) << etag;
  }
}

TEST_F(AdminServiceTest, ValidatesWithoutChanging) {
  UpdateLimitsRequest update;
  update.set_validate_only(true);
  update.mutable_limits()->set_listen_backlog(1'000'000);
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  EXPECT_EQ(state.requested().listen_backlog(), 1'000'000u);
  EXPECT_LT(state.effective().listen_backlog(), 1'000'000u);
  EXPECT_THAT(state.warnings(), Contains(HasSubstr("net.core.somaxconn")));
  EXPECT_EQ(Get().version(), 1u);
  update.mutable_limits()->set_listen_backlog(0);
  EXPECT_EQ(Update(update, &state).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminServiceTest, TellsTheBacklogThatTheKernelTook) {
  UpdateLimitsRequest update;
  update.mutable_limits()->set_listen_backlog(1'000'000);
  LimitsState state;
  ASSERT_TRUE(Update(update, &state).ok());
  const Stats stats = GetStats();
  for (const auto& reactor : stats.reactors()) {
    EXPECT_EQ(reactor.accept_queue().backlog_requested(), 1'000'000u);
    EXPECT_EQ(reactor.accept_queue().backlog_effective(), state.effective().listen_backlog());
  }
}

TEST_F(AdminServiceTest, StreamsASnapshotFirstAndThenAtTheInterval) {
  grpc::ClientContext context;
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(1);  // below the least
  const auto reader = stub_->WatchStats(&context, request);
  Stats stats;
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    ASSERT_TRUE(reader->Read(&stats));
    EXPECT_EQ(stats.sequence(), sequence);
    EXPECT_EQ(TimeUtil::DurationToMilliseconds(stats.interval()), 100);
    EXPECT_EQ(stats.boot_id(), server_->boot_id());
    EXPECT_EQ(stats.reactors_size(), 2);
    EXPECT_EQ(stats.control().watchers(), 1u);
  }
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(AdminServiceTest, ClampsAnyInterval) {
  const std::pair<std::int64_t, std::int64_t> cases[] = {
      {0, 100}, {-5, 100}, {250, 250}, {60'001, 60'000}, {315'576'000'000'000, 60'000}};
  for (const auto& [asked_ms, used_ms] : cases) {
    grpc::ClientContext context;
    admin::v1::WatchStatsRequest request;
    *request.mutable_interval() = TimeUtil::MillisecondsToDuration(asked_ms);
    const auto reader = stub_->WatchStats(&context, request);
    Stats stats;
    ASSERT_TRUE(reader->Read(&stats));
    EXPECT_EQ(TimeUtil::DurationToMilliseconds(stats.interval()), used_ms) << asked_ms;
    context.TryCancel();
    reader->Finish();
  }
}

TEST_F(AdminServiceTest, BoundsTheNumberOfStreams) {
  std::vector<grpc::ClientContext> contexts(kMaxWatchers + 1);
  std::vector<std::unique_ptr<grpc::ClientReader<Stats>>> readers;
  Stats stats;
  for (std::size_t i = 0; i < kMaxWatchers; ++i) {
    readers.push_back(stub_->WatchStats(&contexts[i], {}));
    ASSERT_TRUE(readers.back()->Read(&stats));
  }
  const auto refused = stub_->WatchStats(&contexts[kMaxWatchers], {});
  EXPECT_FALSE(refused->Read(&stats));
  EXPECT_EQ(refused->Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(GetStats().control().watchers_refused(), 1u);
  EXPECT_EQ(GetStats().control().watchers(), kMaxWatchers);
  for (std::size_t i = 0; i < kMaxWatchers; ++i) {
    contexts[i].TryCancel();
    readers[i]->Finish();
  }
}

TEST_F(AdminServiceTest, EndsStreamsWhenTheServerDrains) {
  grpc::ClientContext context;
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(100);
  const auto reader = stub_->WatchStats(&context, request);
  Stats stats;
  ASSERT_TRUE(reader->Read(&stats));
  server_->Drain();
  while (reader->Read(&stats)) {
  }
  EXPECT_TRUE(stats.draining());
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(AdminServiceTest, EndsStreamsWhenItEnds) {
  grpc::ClientContext context;
  const auto reader = stub_->WatchStats(&context, {});
  Stats stats;
  ASSERT_TRUE(reader->Read(&stats));
  std::thread ender([this] { admin_ = nullptr; });
  while (reader->Read(&stats)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
  ender.join();
}

TEST_F(AdminServiceTest, SurvivesStreamsThatComeAndGo) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 50; ++i) {
        grpc::ClientContext context;
        const auto reader = stub_->WatchStats(&context, {});
        Stats stats;
        if (i % 2 == 0) reader->Read(&stats);
        context.TryCancel();
        reader->Finish();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // What is over is counted off as soon as gRPC says so; new streams have room then.
  Stats stats;
  StatusCode code = StatusCode::RESOURCE_EXHAUSTED;
  while (code == StatusCode::RESOURCE_EXHAUSTED) {
    grpc::ClientContext attempt;
    const auto reader = stub_->WatchStats(&attempt, {});
    if (reader->Read(&stats)) attempt.TryCancel();
    code = reader->Finish().error_code();
  }
  EXPECT_EQ(code, StatusCode::CANCELLED);
}

}  // namespace
}  // namespace weir
