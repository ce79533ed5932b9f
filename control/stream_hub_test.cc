#include "weir/control/stream_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/testing/fake_clock.h"

namespace weir {
namespace {

using grpc::StatusCode;
using test::FakeClock;
using testing::ElementsAre;
using testing::HasSubstr;

// A server that says how often it was asked.
class FakeSource final : public StreamSource {
 public:
  Bodies Sample(const Wants& wants) override {
    ++samples;
    Bodies bodies;
    admin::v1::Stats body;
    body.set_boot_id("boot");
    body.set_limits_version(samples);
    body.set_draining(draining);
    for (std::size_t i = 0; i < kSampledKinds; ++i) {
      if (wants[i]) bodies[i] = body.SerializeAsString();
    }
    return bodies;
  }
  std::string RefusalsSince(RefusalsTold* told) override {
    admin::v1::ParseErrors errors;
    errors.set_refused_dropped(++told->dropped);
    return errors.SerializeAsString();
  }
  Events ReadEvents(std::uint64_t after) override {
    return {std::to_string(after) + ".." + std::to_string(newest_event), newest_event, drained};
  }
  std::uint64_t NewestEvent() override { return newest_event; }
  bool Draining() override { return draining; }
  std::uint64_t MaxStreams() override { return max_streams; }

  std::uint64_t samples = 0;
  std::uint64_t newest_event = 0;
  std::uint64_t max_streams = 100;
  bool draining = false;
  bool drained = false;
};

// A client that has what was written, and says when a write is done.
class FakeClient final : public StreamClient {
 public:
  void Write(const grpc::ByteBuffer& message) override {
    EXPECT_FALSE(writing) << "one write at a time";
    EXPECT_FALSE(end.has_value()) << "nothing comes after the end";
    writing = true;
    std::vector<grpc::Slice> slices;
    EXPECT_TRUE(message.Dump(&slices).ok());
    std::string bytes;
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    messages.push_back(bytes);
  }
  void EndWith(const grpc::Status& status) override {
    EXPECT_FALSE(end.has_value()) << "it ends once";
    EXPECT_FALSE(writing) << "not before the write is done";
    end = status;
  }

  admin::v1::Stats Last() const {
    admin::v1::Stats stats;
    EXPECT_TRUE(stats.ParseFromString(messages.back()));
    return stats;
  }
  StatusCode code() const { return end ? end->error_code() : StatusCode::OK; }

  std::vector<std::string> messages;
  bool writing = false;
  std::optional<grpc::Status> end;
};

class StreamHubTest : public testing::Test {
 protected:
  void Add(FakeClient* client, StreamKind kind, std::int64_t interval_ms = 100,
           std::uint64_t after = 0) {
    hub_.Add(client, {kind, interval_ms, after});
  }
  void Done(FakeClient* client) {
    client->writing = false;
    hub_.WriteDone(client, true);
  }
  std::uint64_t StepAfterMs(std::int64_t ms) {
    clock_.AdvanceMs(ms);
    return hub_.Step();
  }

  FakeSource source_;
  FakeClock clock_;
  int wakes_ = 0;
  StreamHub hub_{&source_, &clock_, [this] { ++wakes_; }};
};

TEST_F(StreamHubTest, WritesASnapshotAtOnceAndThenAtMultiplesOfTheInterval) {
  FakeClient client;
  clock_.AdvanceMs(1030);
  Add(&client, StreamKind::kStats);
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(hub_.Step(), 70u);
  EXPECT_EQ(client.messages.size(), 1u);
  EXPECT_EQ(client.Last().sequence(), 1u);
  EXPECT_EQ(client.Last().boot_id(), "boot");
  EXPECT_EQ(client.Last().interval().nanos(), 100'000'000);
  Done(&client);
  EXPECT_EQ(StepAfterMs(69), 1u);
  EXPECT_EQ(client.messages.size(), 1u);
  EXPECT_EQ(StepAfterMs(1), 100u);
  EXPECT_EQ(client.messages.size(), 2u);
  EXPECT_EQ(client.Last().sequence(), 2u);
}

TEST_F(StreamHubTest, OnePassServesAllThatAreDueWhateverTheyTell) {
  FakeClient clients[40];
  for (int i = 0; i < 40; ++i) {
    Add(&clients[i], static_cast<StreamKind>(i % 3), i % 2 == 0 ? 100 : 200);
    clock_.AdvanceMs(1);
  }
  StepAfterMs(10);
  EXPECT_EQ(source_.samples, 1u);
  for (FakeClient& client : clients) {
    EXPECT_EQ(client.messages.size(), 1u);
    EXPECT_EQ(client.Last().limits_version(), 1u);
    Done(&client);
  }
  StepAfterMs(50);  // at 100 ms
  EXPECT_EQ(source_.samples, 2u);
  EXPECT_EQ(clients[0].messages.size(), 2u);
  EXPECT_EQ(clients[1].messages.size(), 1u);
  Done(&clients[0]);
  StepAfterMs(100);
  EXPECT_EQ(source_.samples, 3u);
  EXPECT_EQ(clients[0].messages.size(), 3u);
  EXPECT_EQ(clients[1].messages.size(), 2u);
  EXPECT_EQ(hub_.counts().passes, 3u);
}

TEST_F(StreamHubTest, AClientThatNeverReadsCostsOneMessage) {
  FakeClient never;
  FakeClient other;
  Add(&never, StreamKind::kStats);
  Add(&other, StreamKind::kStats);
  for (int i = 0; i < 1000; ++i) {
    StepAfterMs(100);
    Done(&other);
  }
  EXPECT_EQ(never.messages.size(), 1u);
  EXPECT_EQ(other.messages.size(), 1000u);
  EXPECT_EQ(hub_.counts().messages, 1001u);
  EXPECT_EQ(hub_.counts().coalesced, 999u);
  Done(&never);
  StepAfterMs(100);
  EXPECT_EQ(never.messages.size(), 2u);
  EXPECT_EQ(never.Last().sequence(), 2u);
  EXPECT_EQ(never.Last().coalesced(), 999u);
  EXPECT_EQ(never.Last().limits_version(), 1001u) << "the newest, none from between";
}

TEST_F(StreamHubTest, BoundsPassesHoweverManyStreamsComeAndGo) {
  clock_.AdvanceMs(1000);
  for (int i = 0; i < 1000; ++i) {
    FakeClient client;
    Add(&client, StreamKind::kStats);
    StepAfterMs(i % 10 == 0 ? 1 : 0);  // 100 ms in all
    client.writing = false;
    hub_.WriteDone(&client, false);
    hub_.End(&client, grpc::Status::CANCELLED);
    hub_.Remove(&client);
  }
  EXPECT_LE(source_.samples, 6u);
  EXPECT_GE(source_.samples, 4u);
  EXPECT_EQ(hub_.counts().open, 0u);
}

TEST_F(StreamHubTest, BoundsTheNumberOfStreamsByALimitThatIsLive) {
  source_.max_streams = 2;
  FakeClient clients[4];
  for (int i = 0; i < 3; ++i) Add(&clients[i], StreamKind::kEvents);
  EXPECT_EQ(clients[1].code(), StatusCode::OK);
  EXPECT_EQ(clients[2].code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(clients[2].end->error_message(), HasSubstr("2 streams are open"));
  hub_.Remove(&clients[2]);
  EXPECT_EQ(hub_.counts().open, 2u);
  EXPECT_EQ(hub_.counts().refused, 1u);
  source_.max_streams = 3;
  Add(&clients[3], StreamKind::kStats);
  EXPECT_EQ(clients[3].code(), StatusCode::OK);
}

TEST_F(StreamHubTest, EachStreamOfParseErrorsIsToldWhatItDoesNotKnow) {
  FakeClient first;
  FakeClient second;
  FakeClient stats;
  const auto told = [](const FakeClient& client) {
    admin::v1::ParseErrors errors;
    EXPECT_TRUE(errors.ParseFromString(client.messages.back()));
    return errors.refused_dropped();
  };
  Add(&first, StreamKind::kParseErrors);
  Add(&stats, StreamKind::kStats);
  StepAfterMs(100);
  Done(&first);
  Add(&second, StreamKind::kParseErrors);
  StepAfterMs(100);
  EXPECT_EQ(told(first), 2u);
  EXPECT_EQ(told(second), 1u);
  StepAfterMs(100);
  Done(&first);
  StepAfterMs(100);
  EXPECT_EQ(told(first), 3u) << "not moved on by a sample that was passed over";
}

TEST_F(StreamHubTest, EndsAfterALastSampleWhenTheServerDrains) {
  FakeClient idle;
  FakeClient busy;
  Add(&idle, StreamKind::kStats, 60'000);
  Add(&busy, StreamKind::kParseErrors, 60'000);
  StepAfterMs(50);
  Done(&idle);
  source_.draining = true;
  StepAfterMs(50);
  EXPECT_EQ(idle.messages.size(), 2u) << "long before its time";
  EXPECT_TRUE(idle.Last().draining());
  Done(&idle);
  EXPECT_EQ(idle.code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(busy.messages.size(), 1u);
  EXPECT_FALSE(busy.end.has_value());
  Done(&busy);
  EXPECT_EQ(StepAfterMs(5), 15u) << "not at once after another pass, and yet soon";
  StepAfterMs(15);
  EXPECT_TRUE(busy.Last().draining());
  Done(&busy);
  EXPECT_EQ(busy.code(), StatusCode::UNAVAILABLE);
}

TEST_F(StreamHubTest, TellsEventsAsTheyComeEachOnce) {
  FakeClient client;
  FakeClient late;
  source_.newest_event = 3;
  Add(&client, StreamKind::kEvents, 100, 1);
  hub_.Step();
  hub_.Step();
  EXPECT_THAT(client.messages, ElementsAre("1..3"));
  source_.newest_event = 5;
  hub_.Step();
  source_.newest_event = 9;
  hub_.Step();
  EXPECT_EQ(client.messages.size(), 1u) << "a write is under way";
  Done(&client);
  hub_.Step();
  EXPECT_THAT(client.messages, ElementsAre("1..3", "3..9"));
  Add(&late, StreamKind::kEvents, 100, 9);
  hub_.Step();
  EXPECT_THAT(late.messages, ElementsAre("9..9")) << "the first message comes at once";
  EXPECT_EQ(source_.samples, 0u);
  source_.newest_event = 10;
  source_.drained = true;
  Done(&client);
  hub_.Step();
  EXPECT_THAT(client.messages, ElementsAre("1..3", "3..9", "9..10"));
  Done(&client);
  EXPECT_EQ(client.code(), StatusCode::UNAVAILABLE);
}

TEST_F(StreamHubTest, EndAllEndsAllAndEveryLaterOne) {
  FakeClient writing;
  FakeClient idle;
  FakeClient later;
  Add(&writing, StreamKind::kStats);
  hub_.Step();
  Add(&idle, StreamKind::kEvents);
  hub_.EndAll();
  EXPECT_EQ(idle.code(), StatusCode::UNAVAILABLE);
  EXPECT_FALSE(writing.end.has_value());
  Done(&writing);
  EXPECT_EQ(writing.code(), StatusCode::UNAVAILABLE);
  Add(&later, StreamKind::kStats);
  EXPECT_EQ(later.code(), StatusCode::UNAVAILABLE);
  StepAfterMs(1000);
  EXPECT_TRUE(later.messages.empty());
}

TEST_F(StreamHubTest, ClampsIntervalsToWhatIsServed) {
  const std::pair<std::int64_t, std::int64_t> cases[] = {{-5, 100},  {0, 100},   {124, 100},
                                                         {125, 150}, {250, 250}, {60'001, 60'000}};
  for (const auto& [asked, served] : cases) {
    EXPECT_EQ(StreamHub::ClampInterval(asked), served) << asked;
  }
}

}  // namespace
}  // namespace weir
