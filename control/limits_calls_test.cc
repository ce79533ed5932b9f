// Layers, times to live, request ids, persistence, roll-back and history, without gRPC.
#include "weir/control/limits_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "weir/control/limits_file.h"
#include "weir/reactor/testing/blocking_client.h"
#include "weir/reactor/testing/temp_folder.h"

namespace weir {
namespace {

using admin::v1::LimitsState;
using admin::v1::UpdateLimitsRequest;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// As the admin service makes them: with the wait for the reactors.
class WaitingCalls {
 public:
  WaitingCalls(Server* server, std::uint64_t timeout_ms, const std::string& state_file)
      : server_(server), timeout_ms_(timeout_ms), calls_(server, state_file) {}

  absl::Status Restore() { return calls_.Restore(); }
  void Get(LimitsState* state) const { calls_.Get(state); }
  void ListRevisions(admin::v1::ListLimitsRevisionsResponse* response) const {
    calls_.ListRevisions(response);
  }
  absl::Status Update(const UpdateLimitsRequest& request, const std::string& author,
                      LimitsState* state) {
    return Answer(calls_.Update(request, author), request.validate_only(), state);
  }
  absl::Status RollBack(const admin::v1::RollBackLimitsRequest& request, const std::string& author,
                        LimitsState* state) {
    return Answer(calls_.RollBack(request, author), request.validate_only(), state);
  }

 private:
  absl::Status Answer(const absl::StatusOr<LimitsCalls::Made>& made, bool validate_only,
                      LimitsState* state) {
    if (!made.ok()) return made.status();
    if (!validate_only) server_->WaitForLimits(made->snapshot->version, timeout_ms_);
    calls_.Fill(*made->snapshot, state);
    return absl::OkStatus();
  }

  Server* const server_;
  const std::uint64_t timeout_ms_;
  LimitsCalls calls_;
};

admin::v1::RollBackLimitsRequest BackTo(std::uint64_t version) {
  admin::v1::RollBackLimitsRequest request;
  request.set_version(version);
  return request;
}

class LimitsCallsTest : public testing::Test {
 protected:
  LimitsCallsTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 1;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter response) {
      response.Send(200, "text/plain", "");
    });
    std::string directory = testing::TempDir() + "/weir-XXXXXX";
    if (::mkdtemp(directory.data()) != nullptr) directory_ = directory;
  }

  std::string StateFile() const { return directory_ + "/state"; }
  WaitingCalls Calls(const std::string& state_file = "") {
    return {server_.get(), 10'000, state_file};
  }
  static UpdateLimitsRequest MaxFields(std::uint64_t value) {
    UpdateLimitsRequest request;
    request.mutable_limits()->set_max_fields(value);
    return request;
  }
  std::uint64_t MaxFieldsNow() { return server_->limits().current()->limits.max_fields; }

  std::string directory_;
  std::unique_ptr<Server> server_;
  LimitsState state_;
};

TEST(StalledReactorTest, IsNamedInTheAnswerToAChange) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  int stalled = -1;
  absl::Notification stalls;
  absl::Notification go_on;
  auto server = *Server::Start(options, [&](int reactor) -> AnyHandler {
    return Handler([&, reactor](const Request&, ResponseWriter response) {
      stalled = reactor;
      stalls.Notify();
      go_on.WaitForNotification();
      response.Send(200, "text/plain", "");
    });
  });
  test::BlockingClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  stalls.WaitForNotification();
  WaitingCalls calls(server.get(), 1, "");
  UpdateLimitsRequest request;
  request.mutable_limits()->set_max_fields(50);
  LimitsState state;
  EXPECT_TRUE(calls.Update(request, "ada", &state).ok());
  EXPECT_FALSE(state.applied_by_all());
  ASSERT_EQ(state.reactors_size(), 2);
  EXPECT_LT(state.reactors(stalled).applied_version(), state.version());
  go_on.Notify();
  EXPECT_TRUE(server->WaitForLimits(state.version(), 10'000));
  state.Clear();
  calls.Get(&state);
  EXPECT_TRUE(state.applied_by_all());
}

TEST_F(LimitsCallsTest, TellsWhatEachLayerSets) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest fleet = MaxFields(40);
  fleet.set_layer(admin::v1::LIMIT_LAYER_FLEET);
  ASSERT_TRUE(calls.Update(fleet, "fleet", &state_).ok());
  UpdateLimitsRequest request = MaxFields(50);
  request.mutable_ttl()->set_seconds(3600);
  state_.Clear();
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(state_.requested().max_fields(), 50u);
  ASSERT_EQ(state_.layers_size(), 2);
  EXPECT_EQ(state_.layers(0).layer(), admin::v1::LIMIT_LAYER_FLEET);
  EXPECT_EQ(state_.layers(0).limits().max_fields(), 40u);
  EXPECT_FALSE(state_.layers(0).limits().has_max_head_bytes());
  EXPECT_THAT(state_.layers(0).expires_in(), IsEmpty());
  EXPECT_EQ(state_.layers(1).layer(), admin::v1::LIMIT_LAYER_OPERATOR);
  const auto left = state_.layers(1).expires_in().at("max_fields");
  EXPECT_GT(left.seconds(), 3000);
  EXPECT_LE(left.seconds(), 3600);
}

TEST_F(LimitsCallsTest, AShadowIsAChangeLikeOthersThatChangesNoValue) {
  WaitingCalls calls = Calls(StateFile());
  UpdateLimitsRequest request = MaxFields(40);
  request.set_layer(admin::v1::LIMIT_LAYER_SHADOW);
  request.set_reason("try");
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(MaxFieldsNow(), 100u);
  EXPECT_EQ(state_.version(), 2u);
  EXPECT_EQ(state_.layers_size(), 0) << "no layer that decides";
  EXPECT_EQ(state_.shadow().limits().max_fields(), 40u);
  admin::v1::ListLimitsRevisionsResponse history;
  calls.ListRevisions(&history);
  EXPECT_EQ(history.revisions(0).author(), "ada");
  EXPECT_EQ(history.revisions(0).changes(0).layer(), admin::v1::LIMIT_LAYER_SHADOW);
  request.set_persist(true);
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kInvalidArgument);
  state_.Clear();
  ASSERT_TRUE(calls.RollBack(BackTo(1), "ada", &state_).ok());
  EXPECT_FALSE(state_.has_shadow());
}

TEST_F(LimitsCallsTest, RefusesLayersThatBelongToTheService) {
  WaitingCalls calls = Calls();
  for (const auto layer : {admin::v1::LIMIT_LAYER_BUILT_IN, admin::v1::LIMIT_LAYER_CODE,
                           admin::v1::LIMIT_LAYER_FILE, static_cast<admin::v1::LimitLayer>(99)}) {
    UpdateLimitsRequest request = MaxFields(50);
    request.set_layer(layer);
    EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(server_->limits().version(), 1u);
}

TEST_F(LimitsCallsTest, RefusesTimesThatAreNone) {
  WaitingCalls calls = Calls();
  const std::pair<std::int64_t, std::int32_t> times[] = {
      {0, 0}, {0, 999'999}, {-1, 0}, {0, -5'000'000}, {std::int64_t{1} << 60, 0}};
  for (const auto& [seconds, nanos] : times) {
    UpdateLimitsRequest request = MaxFields(50);
    request.mutable_ttl()->set_seconds(seconds);
    request.mutable_ttl()->set_nanos(nanos);
    EXPECT_THAT(std::string(calls.Update(request, "ada", &state_).message()),
                HasSubstr("1 ms to 366 days"));
  }
  EXPECT_EQ(server_->limits().version(), 1u);
}

TEST_F(LimitsCallsTest, ARepeatedCallChangesNothing) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_request_id("a");
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  ASSERT_TRUE(calls.Update(MaxFields(60), "bob", &state_).ok());
  state_.Clear();
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(state_.requested().max_fields(), 60u);
  EXPECT_EQ(state_.version(), 3u);
  request.mutable_limits()->set_max_fields(51);
  EXPECT_THAT(std::string(calls.Update(request, "ada", &state_).message()),
              HasSubstr("another request's"));
}

TEST_F(LimitsCallsTest, ACallThatWasRefusedMayBeRepeated) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_request_id("a");
  request.set_etag("nonsense");
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kAborted);
  request.clear_etag();
  EXPECT_TRUE(calls.Update(request, "ada", &state_).ok());
}

TEST_F(LimitsCallsTest, BoundsWhatItMustRemember) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_request_id(std::string(129, 'i'));
  EXPECT_THAT(std::string(calls.Update(request, "", &state_).message()), HasSubstr("at most 128"));
  request.clear_request_id();
  request.set_reason(std::string(1025, 'r'));
  EXPECT_THAT(std::string(calls.Update(request, "", &state_).message()), HasSubstr("at most 1024"));
}

TEST_F(LimitsCallsTest, KeepsWhatIsToPersistForTheNextStart) {
  WaitingCalls calls = Calls(StateFile());
  ASSERT_TRUE(calls.Restore().ok());
  UpdateLimitsRequest other;
  other.mutable_limits()->set_max_head_bytes(4096);
  ASSERT_TRUE(calls.Update(other, "ada", &state_).ok());
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(*ReadLimitsFile(StateFile()), "max_fields = 50  # fields\n")
      << "the other was not said";

  ASSERT_TRUE(calls.RollBack(BackTo(1), "ada", &state_).ok());
  EXPECT_EQ(MaxFieldsNow(), 100u);
  ASSERT_TRUE(Calls(StateFile()).Restore().ok());
  EXPECT_EQ(MaxFieldsNow(), 50u);
}

TEST_F(LimitsCallsTest, WhatIsChangedMeanwhileWithoutPersistingStaysKept) {
  WaitingCalls calls = Calls(StateFile());
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  UpdateLimitsRequest temporary = MaxFields(60);
  temporary.mutable_ttl()->set_seconds(3600);
  ASSERT_TRUE(calls.Update(temporary, "ada", &state_).ok());
  UpdateLimitsRequest other;
  other.mutable_limits()->set_max_head_bytes(4096);
  other.set_persist(true);
  ASSERT_TRUE(calls.Update(other, "ada", &state_).ok());
  EXPECT_THAT(*ReadLimitsFile(StateFile()),
              AllOf(HasSubstr("max_fields = 50"), HasSubstr("max_head_bytes = 4096")));
  UpdateLimitsRequest unset;
  unset.mutable_update_mask()->add_paths("max_fields");
  unset.set_persist(true);
  ASSERT_TRUE(calls.Update(unset, "ada", &state_).ok());
  EXPECT_EQ(*ReadLimitsFile(StateFile()), "max_head_bytes = 4096  # bytes\n");
}

TEST_F(LimitsCallsTest, ARollBackThatPersistsKeepsWhatTemporaryValuesCover) {
  WaitingCalls calls = Calls(StateFile());
  ASSERT_TRUE(calls.Update(MaxFields(50), "ada", &state_).ok());
  UpdateLimitsRequest temporary = MaxFields(60);
  temporary.mutable_ttl()->set_seconds(3600);
  state_.Clear();
  ASSERT_TRUE(calls.Update(temporary, "ada", &state_).ok());
  ASSERT_EQ(state_.layers_size(), 1);
  EXPECT_EQ(state_.layers(0).limits().max_fields(), 60u);
  EXPECT_EQ(state_.layers(0).covered().max_fields(), 50u);
  const std::uint64_t version = state_.version();
  ASSERT_TRUE(calls.Update(MaxFields(70), "ada", &state_).ok());
  admin::v1::RollBackLimitsRequest back = BackTo(version);
  back.set_persist(true);
  ASSERT_TRUE(calls.RollBack(back, "ada", &state_).ok());
  EXPECT_EQ(MaxFieldsNow(), 60u);
  EXPECT_EQ(*ReadLimitsFile(StateFile()), "max_fields = 50  # fields\n");
}

TEST_F(LimitsCallsTest, ARollBackThatPersistsKeepsWhatItComesTo) {
  WaitingCalls calls = Calls(StateFile());
  for (const std::uint64_t fields : {50, 60}) {
    UpdateLimitsRequest request = MaxFields(fields);
    request.set_persist(true);
    ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  }
  admin::v1::RollBackLimitsRequest back = BackTo(2);
  back.set_persist(true);
  back.set_validate_only(true);
  ASSERT_TRUE(calls.RollBack(back, "ada", &state_).ok());
  EXPECT_THAT(*ReadLimitsFile(StateFile()), HasSubstr("max_fields = 60")) << "only checked";
  back.set_validate_only(false);
  ASSERT_TRUE(calls.RollBack(back, "ada", &state_).ok());
  EXPECT_EQ(*ReadLimitsFile(StateFile()), "max_fields = 50  # fields\n");
  EXPECT_EQ(MaxFieldsNow(), 50u);
}

TEST_F(LimitsCallsTest, RefusesToKeepWhatIsNotForGoodOrNotTheOperators) {
  WaitingCalls calls = Calls(StateFile());
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  request.mutable_ttl()->set_seconds(1);
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kInvalidArgument);
  request.clear_ttl();
  request.set_layer(admin::v1::LIMIT_LAYER_FLEET);
  EXPECT_THAT(std::string(calls.Update(request, "ada", &state_).message()), HasSubstr("fleet"));
  EXPECT_EQ(server_->limits().version(), 1u);
  EXPECT_NE(::access(StateFile().c_str(), F_OK), 0);
}

TEST_F(LimitsCallsTest, DoesNotWriteOverAStateFileWithFaults) {
  ASSERT_TRUE(WriteLimitsFile(StateFile(), "max_feilds = 5\n").ok());
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  const absl::Status status = Calls(StateFile()).Update(request, "ada", &state_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("max_feilds"));
  EXPECT_EQ(*ReadLimitsFile(StateFile()), "max_feilds = 5\n");
  EXPECT_EQ(MaxFieldsNow(), 100u);
}

// A caller checks first and then asks for the change if the limits are still those: it must not
// have the next version's etag, which another's change could have by then.
TEST_F(LimitsCallsTest, TheEtagOfACheckIsThatOfTheLimitsItWasCheckedBy) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_validate_only(true);
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(state_.version(), 1u);
  EXPECT_EQ(state_.requested().max_fields(), 50u);
  ASSERT_TRUE(calls.Update(MaxFields(60), "bob", &state_).ok());
  request.set_validate_only(false);
  request.set_etag(server_->boot_id() + "-1");
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(MaxFieldsNow(), 60u);
}

TEST_F(LimitsCallsTest, RefusesToPersistWhereNothingIsKept) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(MaxFieldsNow(), 100u);
}

TEST_F(LimitsCallsTest, WhatCannotBeKeptIsNotChanged) {
  // No folder; and a folder where the file should be, so that writing succeeds and renaming fails.
  ASSERT_EQ(::mkdir((directory_ + "/taken").c_str(), 0700), 0);
  for (const std::string& file : {directory_ + "/nowhere/state", directory_ + "/taken"}) {
    WaitingCalls calls = Calls(file);
    UpdateLimitsRequest request = MaxFields(50);
    request.set_persist(true);
    request.set_request_id("a");
    const absl::Status status = calls.Update(request, "ada", &state_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("nothing has changed"), HasSubstr(file)));
    EXPECT_EQ(server_->limits().version(), 1u);
    EXPECT_EQ(MaxFieldsNow(), 100u);
    EXPECT_NE(::access((file + ".new").c_str(), F_OK), 0) << "half a file is left";
    EXPECT_FALSE(calls.Update(request, "ada", &state_).ok()) << "its request_id was not used up";
  }
}

TEST_F(LimitsCallsTest, WhatIsRefusedLeavesTheFileAsItIs) {
  WaitingCalls calls = Calls(StateFile());
  UpdateLimitsRequest request = MaxFields(50);
  request.set_persist(true);
  request.set_etag(server_->boot_id() + "-7");
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kAborted);
  EXPECT_NE(::access(StateFile().c_str(), F_OK), 0) << "there was none";
  request.clear_etag();
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  const std::string kept = *ReadLimitsFile(StateFile());
  EXPECT_THAT(kept, HasSubstr("max_fields = 50"));
  request.mutable_limits()->set_max_fields(60);
  request.set_etag(server_->boot_id() + "-7");
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kAborted);
  request.clear_etag();
  request.mutable_limits()->set_max_head_bytes(1);
  EXPECT_EQ(calls.Update(request, "ada", &state_).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*ReadLimitsFile(StateFile()), kept);
  EXPECT_EQ(MaxFieldsNow(), 50u);
}

// The path of a Unix socket is its name where it has no other.
TEST_F(LimitsCallsTest, KeepsNoLimitOfAListenerThatAFileCanNotName) {
  const test::TempFolder folder;
  ServerOptions options;
  options.listeners.resize(1);
  options.listeners[0].address = "unix:" + folder.File("a#b");
  options.reactors = 1;
  const auto server = *Server::Start(options, [](const Request&, ResponseWriter) {});
  WaitingCalls calls(server.get(), 10'000, StateFile());
  UpdateLimitsRequest request;
  request.set_listener(options.listeners[0].address);
  request.mutable_limits()->set_accept_budget_per_tick(5);
  request.set_persist(true);
  const absl::Status refused = calls.Update(request, "ada", &state_);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("ListenerOptions::name"));
  EXPECT_EQ(server->limits().version(), 1u);
  request.set_persist(false);
  EXPECT_TRUE(calls.Update(request, "ada", &state_).ok());
  EXPECT_EQ(state_.listeners(0).requested().accept_budget_per_tick(), 5u);
}

TEST_F(LimitsCallsTest, RefusesAStateFileWithFaults) {
  ASSERT_TRUE(WriteLimitsFile(StateFile(), "max_fields = 5\nmax_feilds = 5\n").ok());
  const absl::Status status = Calls(StateFile()).Restore();
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(StateFile()), HasSubstr("line 2"), HasSubstr("max_feilds")));
  EXPECT_EQ(MaxFieldsNow(), 100u);
}

TEST_F(LimitsCallsTest, TheHistoryTellsWhoWhatAndWhy) {
  WaitingCalls calls = Calls();
  UpdateLimitsRequest request = MaxFields(50);
  request.set_reason("cookies grew");
  ASSERT_TRUE(calls.Update(request, "ada", &state_).ok());
  ASSERT_TRUE(calls.Update(MaxFields(60), "bob", &state_).ok());
  admin::v1::ListLimitsRevisionsResponse history;
  calls.ListRevisions(&history);
  ASSERT_EQ(history.revisions_size(), 3);
  EXPECT_EQ(history.revisions(0).author(), "bob");
  ASSERT_EQ(history.revisions(0).changes_size(), 1);
  EXPECT_EQ(history.revisions(0).changes(0).before(), 50u);
  EXPECT_EQ(history.revisions(0).changes(0).after(), 60u);
  EXPECT_EQ(history.revisions(1).reason(), "cookies grew");
  EXPECT_FALSE(history.revisions(1).changes(0).has_before());
  EXPECT_EQ(history.revisions(2).changes_size(), 0);
}

TEST_F(LimitsCallsTest, ARollBackChecksTheEtag) {
  WaitingCalls calls = Calls();
  calls.Get(&state_);
  admin::v1::RollBackLimitsRequest back = BackTo(1);
  back.set_etag(state_.etag());
  ASSERT_TRUE(calls.Update(MaxFields(50), "ada", &state_).ok());
  EXPECT_EQ(calls.RollBack(back, "ada", &state_).code(), absl::StatusCode::kAborted);
  back.clear_etag();
  back.set_validate_only(true);
  state_.Clear();
  ASSERT_TRUE(calls.RollBack(back, "ada", &state_).ok());
  EXPECT_EQ(state_.requested().max_fields(), 100u);
  EXPECT_EQ(MaxFieldsNow(), 50u);
}

}  // namespace
}  // namespace weir
