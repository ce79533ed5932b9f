// weirctl against a server that answers what a real one seldom does.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "weir/control/weirctl/weirctl.h"
#include "weir/control/weirctl/weirctl_call.h"

namespace weir {
namespace {

using admin::v1::LimitsState;
using admin::v1::Stats;
using test::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Answers with what a test has put in; with `status` unless it is OK.
class FakeAdmin final : public admin::v1::Admin::Service {
 public:
  grpc::Status GetLimits(grpc::ServerContext*, const admin::v1::GetLimitsRequest*,
                         LimitsState* response) override {
    *response = before;
    return limits_status;
  }
  grpc::Status UpdateLimits(grpc::ServerContext*, const admin::v1::UpdateLimitsRequest* request,
                            LimitsState* response) override {
    received = *request;
    *response = after;
    return status;
  }
  grpc::Status GetStats(grpc::ServerContext*, const admin::v1::GetStatsRequest*,
                        Stats* response) override {
    if (hangs) goes_on.get_future().wait();
    *response = samples.empty() ? Stats() : samples.front();
    return status;
  }
  grpc::Status WatchStats(grpc::ServerContext*, const admin::v1::WatchStatsRequest* request,
                          grpc::ServerWriter<Stats>* writer) override {
    interval_ms = request->interval().seconds() * 1000 + request->interval().nanos() / 1000000;
    for (const Stats& sample : samples) writer->Write(sample);
    return status;
  }

  grpc::Status WatchAcceptQueues(grpc::ServerContext*,
                                 const admin::v1::WatchAcceptQueuesRequest* request,
                                 grpc::ServerWriter<admin::v1::AcceptQueues>* writer) override {
    interval_ms = request->interval().seconds() * 1000 + request->interval().nanos() / 1000000;
    writer->Write(queues);
    return status;
  }
  grpc::Status WatchParseErrors(grpc::ServerContext*, const admin::v1::WatchParseErrorsRequest*,
                                grpc::ServerWriter<admin::v1::ParseErrors>* writer) override {
    writer->Write(errors);
    return status;
  }
  grpc::Status ListEvents(grpc::ServerContext*, const admin::v1::ListEventsRequest* request,
                          admin::v1::Events* response) override {
    after_event = request->after();
    *response = events;
    return status;
  }
  grpc::Status WatchEvents(grpc::ServerContext*, const admin::v1::WatchEventsRequest* request,
                           grpc::ServerWriter<admin::v1::Events>* writer) override {
    after_event = request->after();
    writer->Write(events);
    writer->Write(events);
    return status;
  }

  admin::v1::AcceptQueues queues;
  admin::v1::ParseErrors errors;
  admin::v1::Events events;
  LimitsState before;
  LimitsState after;
  std::vector<Stats> samples;
  grpc::Status limits_status;
  grpc::Status status;
  bool hangs = false;
  std::promise<void> goes_on;  // ends the hanging of one call
  admin::v1::UpdateLimitsRequest received;
  std::int64_t interval_ms = 0;
  std::uint64_t after_event = 0;
};

class FakeAdminTest : public testing::Test {
 protected:
  FakeAdminTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
  }
  ~FakeAdminTest() override { server_->Shutdown(); }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

  Outcome Ctl(std::vector<std::string> arguments) {
    arguments.push_back("--target=" + target());
    return test::Call(arguments);
  }

  FakeAdmin admin_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A sample `seconds` into a server's life, with one reactor.
Stats Sample(int seconds, std::uint64_t accepted, std::uint64_t requests) {
  Stats stats;
  stats.mutable_time()->set_seconds(1000 + seconds);
  stats.mutable_monotonic_time()->set_seconds(50 + seconds);
  admin::v1::ReactorStats* const reactor = stats.add_reactors();
  reactor->set_connections_accepted(accepted);
  reactor->set_requests(requests);
  reactor->set_connections_active(3);
  reactor->mutable_accept_queue()->set_depth(17);
  reactor->mutable_accept_queue()->set_depth_max(99);
  reactor->mutable_accept_queue()->set_backlog_effective(4096);
  (*reactor->mutable_parse_errors())["host_missing"] = 2;
  (*reactor->mutable_parse_errors())["head_too_large"] = 1;
  return stats;
}

TEST_F(FakeAdminTest, SendsWhatWasTypedAndShowsOldAndNew) {
  admin_.before.mutable_requested()->set_max_body_bytes(1048576);
  admin_.after.mutable_requested()->set_max_body_bytes(2097152);
  admin_.after.mutable_effective()->set_max_body_bytes(2000000);
  admin_.after.add_warnings("capped; do this");
  admin_.after.set_version(8);
  admin_.after.set_applied_by_all(true);
  const Outcome set = Ctl({"limits", "set", "max_body_bytes=2MiB", "--etag=e7"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_EQ(admin_.received.limits().max_body_bytes(), 2097152u);
  EXPECT_THAT(admin_.received.update_mask().paths(), testing::ElementsAre("max_body_bytes"));
  EXPECT_EQ(admin_.received.etag(), "e7");
  EXPECT_FALSE(admin_.received.validate_only());
  EXPECT_EQ(set.out,
            "LIMIT           OLD -> NEW          EFFECTIVE  UNIT\n"
            "max_body_bytes  1048576 -> 2097152  2000000    bytes\n"
            "warning: capped; do this\n"
            "version 8, applied by all 0 reactors\n");
}

TEST_F(FakeAdminTest, NamesTheReactorsThatHaveNotAppliedAChange) {
  admin_.after.set_version(4);
  for (const int version : {4, 3, 4, 2}) {
    admin::v1::ReactorLimits* const reactor = admin_.after.add_reactors();
    reactor->set_reactor(static_cast<std::uint32_t>(admin_.after.reactors_size() - 1));
    reactor->set_applied_version(static_cast<std::uint64_t>(version));
  }
  const Outcome set = Ctl({"limits", "set", "max_fields=9"});
  EXPECT_EQ(set.status, kExitOk);
  EXPECT_THAT(set.out, HasSubstr("version 4, NOT applied yet by reactor 1 3,"));
}

// It would take the change for one of the whole server.
TEST_F(FakeAdminTest, AsksNoOlderServerForALimitOfOneListener) {
  for (const bool json : {false, true}) {
    std::vector<std::string> set = {"limits", "set", "listen_backlog=9", "--listener=health"};
    if (json) set.emplace_back("--json");
    const Outcome outcome = Ctl(set);
    EXPECT_EQ(outcome.status, kExitRefused);
    EXPECT_THAT(outcome.err, HasSubstr("this server is too old for that"));
  }
  EXPECT_TRUE(admin_.received.update_mask().paths().empty());
}

TEST_F(FakeAdminTest, JsonHasOnlyTheLimitsThatWereAskedFor) {
  admin_.before.set_etag("e1");
  admin_.before.mutable_requested()->set_max_fields(5);
  admin_.before.mutable_requested()->set_max_body_bytes(6);
  admin_.before.mutable_effective()->set_max_body_bytes(6);
  const Outcome some = Ctl({"limits", "get", "max_fields", "--json"});
  EXPECT_THAT(some.out, AllOf(HasSubstr(R"("max_fields":"5")"), Not(HasSubstr("max_body_bytes")),
                              HasSubstr(R"("etag":"e1")")));
  EXPECT_THAT(Ctl({"limits", "get", "--json"}).out, HasSubstr(R"("max_body_bytes":"6")"));
}

TEST_F(FakeAdminTest, EveryRefusalHasItsExitStatusAndText) {
  const std::pair<grpc::StatusCode, int> cases[] = {
      {grpc::StatusCode::INVALID_ARGUMENT, kExitRefused},
      {grpc::StatusCode::ABORTED, kExitRefused},
      {grpc::StatusCode::PERMISSION_DENIED, kExitRefused},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, kExitRefused},
      {grpc::StatusCode::UNAVAILABLE, kExitUnreachable},
      {grpc::StatusCode::DEADLINE_EXCEEDED, kExitUnreachable},
      {grpc::StatusCode::UNIMPLEMENTED, kExitUnreachable}};
  const std::vector<std::string> commands[] = {
      {"stats"}, {"watch"}, {"limits", "set", "max_fields=5"}};
  for (const auto& [code, exit] : cases) {
    admin_.status = grpc::Status(code, "the reason");
    for (const std::vector<std::string>& command : commands) {
      const Outcome outcome = Ctl(command);
      EXPECT_EQ(outcome.status, exit) << code << " " << command[0];
      EXPECT_THAT(outcome.err, HasSubstr(exit == kExitRefused ? "the reason" : target()));
      EXPECT_THAT(outcome.out, IsEmpty());
    }
  }
}

TEST_F(FakeAdminTest, NoCommandGoesOnWhenTheLimitsCannotBeRead) {
  admin_.limits_status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not for you");
  EXPECT_EQ(Ctl({"limits", "get"}).status, kExitRefused);
  EXPECT_EQ(Ctl({"limits", "set", "max_fields=5"}).status, kExitRefused);
  EXPECT_EQ(admin_.received.update_mask().paths_size(), 0);
  EXPECT_THAT(Ctl({"watch"}).err, HasSubstr("not for you"));
}

TEST_F(FakeAdminTest, WaitsNoLongerThanTheTimeout) {
  admin_.hangs = true;
  const Outcome outcome = Ctl({"stats", "--timeout=50ms"});
  admin_.goes_on.set_value();
  EXPECT_EQ(outcome.status, kExitUnreachable);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("within 50 ms"), HasSubstr("--timeout")));
}

TEST_F(FakeAdminTest, WatchShowsRatesAndSaysThatTheServerDrains) {
  admin_.samples = {Sample(0, 100, 1000), Sample(2, 110, 5000)};
  admin_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server drains");
  const Outcome watch = Ctl({"watch", "--interval=2s"});
  EXPECT_EQ(admin_.interval_ms, 2000);
  EXPECT_EQ(watch.status, kExitUnreachable);
  EXPECT_THAT(watch.err, AllOf(HasSubstr("after 2 samples"), HasSubstr("the server drains")));
  const char* const expected =
      "TIME     REACTOR QUEUE/BACKLOG   HIGH   ACCEPTED  ACCEPT/s  REQUEST/s   ACTIVE  "
      "PARSE ERRORS\n"
      "00:16:40       0       17/4096     99        100         -          -        3  "
      "head_too_large=1 host_missing=2\n"
      "00:16:42       0       17/4096     99        110         5       2000        3  "
      "head_too_large=1 host_missing=2\n";
  EXPECT_EQ(watch.out, expected);
}

TEST_F(FakeAdminTest, WatchInJsonIsOneObjectALine) {
  admin_.samples = {Sample(0, 1, 1), Sample(1, 2, 2), Sample(2, 3, 3)};
  const Outcome watch = Ctl({"watch", "--json", "--count=3"});
  EXPECT_EQ(watch.status, kExitOk);
  std::istringstream lines(watch.out);
  int objects = 0;
  for (std::string line; std::getline(lines, line); ++objects) {
    EXPECT_EQ(line.front(), '{');
    EXPECT_EQ(line.back(), '}');
    EXPECT_THAT(line, HasSubstr(R"("depth_max":99)"));
  }
  EXPECT_EQ(objects, 3);
}

TEST_F(FakeAdminTest, StatsSumsUpReactorsAndParseErrors) {
  Stats stats = Sample(0, 100, 1000);
  stats.set_address("127.0.0.1:8080");
  stats.set_draining(true);
  stats.set_limits_version(5);
  *stats.add_reactors() = Sample(0, 20, 300).reactors(0);
  stats.mutable_reactors(1)->set_reactor(1);
  stats.mutable_reactors(1)->mutable_accept_queue()->set_depth_max(7);
  stats.add_warnings("fix this");
  admin_.samples = {stats};
  EXPECT_EQ(
      Ctl({"stats"}).out,
      "127.0.0.1:8080, up 0 s, limits version 5, DRAINING\n"
      "\n"
      "REACTOR  QUEUE    ACCEPTED  ACTIVE  REQUESTS  2XX/3XX/4XX/5XX  LIMITS\n"
      "0        17/4096  100       3       1000      0/0/0/0          0\n"
      "1        17/4096  20        3       300       0/0/0/0          0\n"
      "all      34       120       6       1300      0/0/0/0          5\n"
      "accepted by one reactor at most / on average: 1.67\n"
      "\n"
      "ACCEPT QUEUE  WAITING/BACKLOG  REQUESTED  HIGH  RECENT  OVER HALF  DISCARDS  WHEN FULL  "
      "RESCUED\n"
      "0             17/4096          0          99    0       -          0         0          0\n"
      "1             17/4096          0          7     0       -          0         0          0\n"
      "\n"
      "PARSE ERROR     COUNT\n"
      "head_too_large  2\n"
      "host_missing    4\n"
      "\n"
      "warning: fix this\n");
}

TEST_F(FakeAdminTest, WatchQueuesShowsEachListener) {
  admin_.queues.mutable_time()->set_seconds(1000);
  admin::v1::ReactorQueues* const reactor = admin_.queues.add_reactors();
  reactor->set_reactor(1);
  admin::v1::ListenerQueue* const it = reactor->add_queues();
  it->set_listener("public");
  it->set_connections_accepted(5);
  it->mutable_queue()->set_depth(17);
  it->mutable_queue()->set_backlog_effective(4096);
  it->mutable_queue()->set_discards(3);
  admin::v1::SynQueue* const syn = admin_.queues.mutable_kernel()->add_syn_queues();
  syn->set_address("127.0.0.1:80");
  syn->set_half_open(7);
  const Outcome watch = Ctl({"watch", "queues", "--count=1", "--interval=2s"});
  EXPECT_EQ(watch.status, kExitOk) << watch.err;
  EXPECT_EQ(admin_.interval_ms, 2000);
  EXPECT_EQ(watch.out,
            "TIME     REACTOR LISTENER              QUEUE/BACKLOG   HIGH RECENT   ACCEPTED  "
            "DISCARDS WHEN FULL\n"
            "00:16:40       1 public                      17/4096      0      0          5  "
            "       3         0\n"
            "00:16:40 SYN queue of 127.0.0.1:80: 7 half-open\n");
  EXPECT_THAT(Ctl({"watch", "queues", "--json", "--count=1"}).out,
              HasSubstr(R"("listener":"public")"));
}

TEST_F(FakeAdminTest, WatchErrorsShowsKinds) {
  admin_.errors.mutable_time()->set_seconds(1000);
  admin::v1::ReactorParseErrors* const reactor = admin_.errors.add_reactors();
  reactor->set_requests(12);
  (*reactor->mutable_parse_errors())["host_missing"] = 2;
  EXPECT_EQ(Ctl({"watch", "errors", "--count=1"}).out,
            "TIME     REACTOR     REQUESTS  PARSE ERRORS\n"
            "00:16:40       0           12  host_missing=2\n");
}

TEST_F(FakeAdminTest, EventsShowsGapsNumbersAndFixesAndNothingThatMovesTheCursor) {
  admin_.events.set_boot_id("b00t");
  admin_.events.set_lost(3);
  admin::v1::Event* const event = admin_.events.add_events();
  event->mutable_time()->set_seconds(1000);
  event->set_sequence(4);
  event->set_kind("limits_changed");
  event->set_severity(admin::v1::Event::INFO);
  event->set_reactor(2);
  event->set_text("reason: \x1b[2J");
  event->set_fix("undo it");
  event->set_suppressed(6);
  const std::string once =
      "... 3 events are lost: the server keeps the last ones alone\n"
      "1970-01-01T00:16:40Z #4 info limits_changed reactor 2: reason: ?[2J\n"
      "  before it 6 of its kind were left out\n"
      "  fix: undo it\n";
  EXPECT_EQ(Ctl({"events"}).out, "events of the start b00t\n" + once);
  const Outcome followed = Ctl({"events", "--follow", "--count=2"});
  EXPECT_EQ(followed.status, kExitOk) << followed.err;
  EXPECT_EQ(followed.out, "events of the start b00t\n" + once + once);
  EXPECT_EQ(Ctl({"watch", "events", "--count=2"}).out, followed.out);
  EXPECT_THAT(Ctl({"events", "--json"}).out, HasSubstr(R"("boot_id":"b00t")"));
  admin_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server drains");
  EXPECT_EQ(Ctl({"events", "--follow"}).status, kExitUnreachable);
}

TEST_F(FakeAdminTest, EventsBeginBehindTheOneThatIsKnown) {
  EXPECT_EQ(Ctl({"events", "--after=17"}).status, kExitOk);
  EXPECT_EQ(admin_.after_event, 17u);
  EXPECT_EQ(Ctl({"events", "--follow", "--after=18"}).status, kExitOk);
  EXPECT_EQ(admin_.after_event, 18u);
  const Outcome wrong = Ctl({"events", "--after=x"});
  EXPECT_EQ(wrong.status, kExitUsage);
  EXPECT_THAT(wrong.err, HasSubstr("--after=x is not the number of an event"));
}

TEST_F(FakeAdminTest, WatchErrorsShowsTheRequestsThatAreRefused) {
  admin::v1::BadRequest* const refused = admin_.errors.add_refused();
  refused->set_peer("192.0.2.1:50000");
  refused->set_kind("field_too_long");
  refused->set_offset(8200);
  refused->set_field_name("Cookie");
  refused->set_limit("max_field_bytes");
  refused->set_limit_value(8192);
  refused->set_suggested_value(16384);
  admin_.errors.set_refused_dropped(3);
  admin_.errors.set_unrecorded(4);
  EXPECT_THAT(Ctl({"watch", "errors"}).out,
              AllOf(HasSubstr("refused 192.0.2.1:50000 field_too_long at byte 8200, field Cookie; "
                              "limit max_field_bytes=8192, try 16384\n"),
                    HasSubstr("7 refused requests so far are not shown")));
}

TEST_F(FakeAdminTest, WatchSaysWhatThereIs) {
  const Outcome watch = Ctl({"watch", "nonsense"});
  EXPECT_EQ(watch.status, kExitUsage);
  EXPECT_THAT(watch.err, HasSubstr("queues, errors or events"));
  EXPECT_EQ(Ctl({"watch", "stats", "more"}).status, kExitUsage);
}

}  // namespace
}  // namespace weir
