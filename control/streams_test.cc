// The streams over real gRPC, against a real server.
#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using admin::v1::AcceptQueues;
using admin::v1::Events;
using admin::v1::ParseErrors;
using admin::v1::Stats;
using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

class StreamsTest : public testing::Test {
 protected:
  StreamsTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 2;
    options.on_event = [](const Event&) {};
    // No events but those that a test brings about.
    options.limits.listen_backlog = 16;
    options.limits.stall_threshold_ms = 86'400'000;
    options.limits.kernel_sample_interval_ms = 86'400'000;
    server_ = *Server::Start(options, [](const Request&, ResponseWriter response) {
      response.Send(200, "text/plain", "hello");
    });
    AdminServerOptions admin;
    admin.address = "127.0.0.1:0";
    admin_ = *AdminServer::Start(server_.get(), admin);
    channel_ = grpc::CreateChannel(admin_->address(), grpc::InsecureChannelCredentials());
    stub_ = admin::v1::Admin::NewStub(channel_);
  }

  void ChangeMaxFields(std::uint64_t value) {
    LimitsUpdate update;
    update.changes = {{FindLimitSpec("max_fields"), value}};
    ASSERT_TRUE(server_->limits().Apply(update).ok());
  }
  Events ListEvents(const admin::v1::ListEventsRequest& request) {
    grpc::ClientContext context;
    Events events;
    EXPECT_TRUE(stub_->ListEvents(&context, request, &events).ok());
    return events;
  }
  admin::v1::ControlStats Control() {
    grpc::ClientContext context;
    Stats stats;
    EXPECT_TRUE(stub_->GetStats(&context, {}, &stats).ok());
    return stats.control();
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<admin::v1::Admin::Stub> stub_;
};

std::vector<std::string> KindsOf(const Events& events) {
  std::vector<std::string> kinds;
  for (const admin::v1::Event& event : events.events()) kinds.push_back(event.kind());
  return kinds;
}

// The header of a stream's message is made once for all kinds.
TEST(StreamMessagesTest, TheCommonFieldsHaveTheSameNumbersAndTypes) {
  const auto* const stats = Stats::descriptor();
  for (const auto* const other : {AcceptQueues::descriptor(), ParseErrors::descriptor()}) {
    for (const char* name : {"boot_id", "sequence", "time", "monotonic_time", "uptime", "interval",
                             "coalesced", "draining"}) {
      const auto* const field = other->FindFieldByName(name);
      ASSERT_NE(field, nullptr) << other->name() << "." << name;
      EXPECT_EQ(field->number(), stats->FindFieldByName(name)->number()) << name;
      EXPECT_EQ(field->type(), stats->FindFieldByName(name)->type()) << name;
    }
  }
}

TEST_F(StreamsTest, TellsAcceptQueues) {
  grpc::ClientContext context;
  admin::v1::WatchAcceptQueuesRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(130);
  const auto reader = stub_->WatchAcceptQueues(&context, request);
  AcceptQueues queues;
  for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
    ASSERT_TRUE(reader->Read(&queues));
    EXPECT_EQ(queues.sequence(), sequence);
    EXPECT_EQ(queues.boot_id(), server_->boot_id());
    EXPECT_EQ(TimeUtil::DurationToMilliseconds(queues.interval()), 150);
    ASSERT_EQ(queues.reactors_size(), 2);
    EXPECT_EQ(queues.reactors(1).reactor(), 1u);
    ASSERT_EQ(queues.reactors(1).queues_size(), 1);
    EXPECT_GT(queues.reactors(1).queues(0).queue().backlog_effective(), 0u);
  }
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(StreamsTest, TellsParseErrors) {
  grpc::ClientContext context;
  admin::v1::WatchParseErrorsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(100);
  const auto reader = stub_->WatchParseErrors(&context, request);
  ParseErrors errors;
  ASSERT_TRUE(reader->Read(&errors));
  ASSERT_EQ(errors.reactors_size(), 2);
  EXPECT_TRUE(errors.reactors(0).parse_errors().empty());
  test::BlockingClient client(server_->port());
  EXPECT_THAT(client.Ask("GET / HTTP/1.1\r\n\r\n"), HasSubstr(" 400 "));
  std::uint64_t missing = 0;
  while (missing == 0 && reader->Read(&errors)) {
    for (const auto& reactor : errors.reactors()) {
      const auto found = reactor.parse_errors().find("host_missing");
      if (found != reactor.parse_errors().end()) missing += found->second;
    }
  }
  EXPECT_EQ(missing, 1u);
  context.TryCancel();
  reader->Finish();
}

TEST_F(StreamsTest, TellsEventsThatItHasAndThenThoseThatCome) {
  ChangeMaxFields(7);
  ChangeMaxFields(8);
  const std::uint64_t newest = server_->events().newest();
  grpc::ClientContext context;
  admin::v1::WatchEventsRequest request;
  request.set_after(newest - 1);
  request.set_boot_id(server_->boot_id());
  const auto reader = stub_->WatchEvents(&context, request);
  Events events;
  ASSERT_TRUE(reader->Read(&events));
  EXPECT_EQ(events.boot_id(), server_->boot_id());
  ASSERT_THAT(KindsOf(events), ElementsAre("limits_changed"));
  EXPECT_EQ(events.events(0).sequence(), newest);
  EXPECT_EQ(events.events(0).severity(), admin::v1::Event::INFO);
  EXPECT_FALSE(events.events(0).has_reactor());
  EXPECT_EQ(events.events(0).numbers().at("version"), 3u);
  EXPECT_THAT(events.events(0).text(), HasSubstr("max_fields 7 -> 8"));
  EXPECT_THAT(events.events(0).fix(), HasSubstr("rollback 2"));
  ChangeMaxFields(9);
  ASSERT_TRUE(reader->Read(&events));
  ASSERT_THAT(KindsOf(events), ElementsAre("limits_changed"));
  EXPECT_EQ(events.events(0).sequence(), newest + 1);
  EXPECT_EQ(events.lost(), 0u);
  // The end of the drain is the last that is told.
  server_->Drain();
  std::vector<std::string> kinds;
  while (reader->Read(&events)) {
    for (const std::string& kind : KindsOf(events)) kinds.push_back(kind);
  }
  EXPECT_THAT(kinds, ElementsAre("drain_began", "drain_ended"));
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(StreamsTest, TellsOfRefusedRequestsAsTheyCome) {
  const auto refuse = [this] {
    test::BlockingClient client(server_->port());
    EXPECT_NE(client.Ask("GET /\r\n\r\n"), "");
  };
  refuse();
  grpc::ClientContext context;
  admin::v1::WatchParseErrorsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(100);
  const auto reader = stub_->WatchParseErrors(&context, request);
  admin::v1::ParseErrors errors;
  ASSERT_TRUE(reader->Read(&errors));
  ASSERT_EQ(errors.refused_size(), 1) << "what the server still has";
  EXPECT_EQ(errors.refused(0).status(), 400u);
  refuse();
  std::uint64_t told = 0;
  while (told == 0 && reader->Read(&errors)) told += static_cast<unsigned>(errors.refused_size());
  EXPECT_EQ(told, 1u) << "that one alone";
  EXPECT_EQ(errors.refused_dropped() + errors.unrecorded(), 0u);
  context.TryCancel();
  reader->Finish();
}

TEST_F(StreamsTest, ListsEventsInPagesAndAnewForAnotherStart) {
  for (const std::uint64_t value : {7, 8, 9}) ChangeMaxFields(value);
  admin::v1::ListEventsRequest request;
  const Events all = ListEvents(request);
  ASSERT_GE(all.events_size(), 3);
  EXPECT_EQ(all.newest(), all.events(all.events_size() - 1).sequence());
  request.set_page_size(2);
  EXPECT_EQ(ListEvents(request).events_size(), 2);
  request.set_after(all.newest() - 1);
  EXPECT_EQ(ListEvents(request).events(0).sequence(), all.newest());
  request.set_boot_id("another start");
  EXPECT_EQ(ListEvents(request).events(0).sequence(), 1u);
  request.clear_boot_id();
  request.set_after(all.newest() + 500);
  ASSERT_EQ(ListEvents(request).events_size(), 2);
  EXPECT_EQ(ListEvents(request).events(0).sequence(), 1u);
}

TEST_F(StreamsTest, ASequenceThatIsYetToComeIsOfAnotherStart) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  admin::v1::WatchEventsRequest request;
  request.set_after(500);
  const auto reader = stub_->WatchEvents(&context, request);
  Events events;
  ASSERT_TRUE(reader->Read(&events));
  const std::uint64_t newest = server_->events().newest();
  ChangeMaxFields(7);
  std::uint64_t told = 0;
  do {
    for (const admin::v1::Event& event : events.events()) EXPECT_EQ(event.sequence(), ++told);
  } while (told <= newest && reader->Read(&events));
  EXPECT_EQ(told, newest + 1);
  context.TryCancel();
  reader->Finish();
}

TEST_F(StreamsTest, TellsHowManyEventsAreLost) {
  Event event;
  event.kind = EventKind::kQueueUnderHalf;
  server_->events().SetPerMinute(1'000'000);
  for (std::size_t i = 0; i < EventLog::kCapacity + 10; ++i) server_->events().Append(event);
  EXPECT_GE(ListEvents({}).lost(), 10u);
  EXPECT_EQ(static_cast<std::size_t>(ListEvents({}).events_size()), EventLog::kCapacity);
}

// What gRPC's flow control lets through is small here; behind that, one message waits.
TEST_F(StreamsTest, AClientThatNeverReadsHoldsUpNobodyAndCostsOneMessage) {
  grpc::ChannelArguments small;
  small.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  small.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // else the window grows
  small.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 1024);
  const auto stuck_stub = admin::v1::Admin::NewStub(
      grpc::CreateCustomChannel(admin_->address(), grpc::InsecureChannelCredentials(), small));
  grpc::ClientContext never;
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(100);
  const auto stuck = stuck_stub->WatchStats(&never, request);
  grpc::ClientContext context;
  const auto reader = stub_->WatchStats(&context, request);
  Stats stats;
  constexpr std::uint64_t kPassedOver = 10;
  for (int i = 0; i < 600 && stats.control().samples_coalesced() < kPassedOver; ++i) {
    ASSERT_TRUE(reader->Read(&stats));
  }
  const admin::v1::ControlStats& control = stats.control();
  EXPECT_GE(control.samples_coalesced(), kPassedOver);
  EXPECT_EQ(control.watchers(), 2u);
  const std::uint64_t of_stuck = control.stream_messages() - (stats.sequence() - 1);
  EXPECT_LE(of_stuck, 5u) << "of " << stats.ByteSizeLong() << " bytes";
  never.TryCancel();
  context.TryCancel();
  stuck->Finish();
  reader->Finish();
}

TEST_F(StreamsTest, ManyStreamsShareTheirPasses) {
  constexpr std::size_t kStreams = 40;
  std::vector<grpc::ClientContext> contexts(kStreams);
  std::vector<std::unique_ptr<grpc::ClientReader<Stats>>> readers;
  admin::v1::WatchStatsRequest request;
  *request.mutable_interval() = TimeUtil::MillisecondsToDuration(100);
  for (grpc::ClientContext& context : contexts) {
    readers.push_back(stub_->WatchStats(&context, request));
  }
  Stats stats;
  for (int i = 0; i < 3; ++i) {
    for (const auto& reader : readers) ASSERT_TRUE(reader->Read(&stats));
  }
  const admin::v1::ControlStats control = Control();
  EXPECT_GE(control.stream_messages(), 3 * kStreams);
  EXPECT_LT(control.sampling_passes(), control.stream_messages() / 4);
  for (std::size_t i = 0; i < kStreams; ++i) {
    contexts[i].TryCancel();
    readers[i]->Finish();
  }
}

TEST_F(StreamsTest, RefusesARequestThatIsNoMessage) {
  grpc::GenericStub stub(channel_);
  for (const char* method :
       {"WatchStats", "WatchAcceptQueues", "WatchParseErrors", "WatchEvents"}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto call =
        stub.PrepareCall(&context, std::string("/weir.admin.v1.Admin/") + method, &queue);
    const auto await = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      EXPECT_TRUE(queue.Next(&tag, &ok));
      return ok;
    };
    call->StartCall(&context);
    EXPECT_TRUE(await());
    const grpc::Slice nonsense("\xff\xff\xff");
    call->WriteLast(grpc::ByteBuffer(&nonsense, 1), {}, &context);
    EXPECT_TRUE(await());
    grpc::Status status;
    call->Finish(&status, &context);
    EXPECT_TRUE(await());
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << method;
  }
}

}  // namespace
}  // namespace weir
