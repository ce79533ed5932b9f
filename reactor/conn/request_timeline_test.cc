#include "weir/reactor/conn/request_timeline.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;

constexpr std::int64_t kMs = 1'000'000;
constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Limits SampleEvery(std::uint64_t every) {
  Limits limits;
  limits.timeline_sample_every = every;
  return limits;
}

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

HistogramCounts Get(const TestReactor& reactor, Timing timing) {
  return reactor.Stats().timings[static_cast<std::size_t>(timing)];
}

void ExpectOne(const TestReactor& reactor, Timing timing, std::int64_t ms) {
  const HistogramCounts counts = Get(reactor, timing);
  EXPECT_EQ(counts.count(), 1u) << Name(timing);
  EXPECT_EQ(counts.sum_ns, static_cast<std::uint64_t>(ms * kMs)) << Name(timing);
  EXPECT_EQ(counts.buckets[LogBuckets::Index(counts.sum_ns)], 1u) << Name(timing);
}

TEST(RequestTimelineTest, MeasuresEachStage) {
  std::optional<ResponseWriter> writer;
  TestReactor reactor(
      [&](const Request&, ResponseWriter response) { writer = std::move(response); },
      SampleEvery(1));
  TestClient client = reactor.Connect();
  reactor.AdvanceMs(3);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\n");
  reactor.Tick();
  reactor.clock().AdvanceMs(5);
  client.Send("Content-Length: 2\r\n\r\n");
  reactor.Tick();
  reactor.clock().AdvanceMs(7);
  client.Send("ok");
  reactor.Tick();
  reactor.clock().AdvanceMs(11);
  EXPECT_EQ(Get(reactor, Timing::kAnswer).count(), 0u);
  writer->Send(200, "", "hello");
  reactor.Tick();
  ExpectOne(reactor, Timing::kFirstByte, 3);
  ExpectOne(reactor, Timing::kHead, 5);
  ExpectOne(reactor, Timing::kBody, 7);
  ExpectOne(reactor, Timing::kAnswer, 11);
  ExpectOne(reactor, Timing::kRequest, 23);
}

// What the client does not take has not been handed over.
TEST(RequestTimelineTest, AnAnswerEndsWhenTheKernelHasAllOfIt) {
  const std::string large(8 << 20, 'x');
  TestReactor reactor(
      [&](const Request&, ResponseWriter response) { response.Send(200, "", large); },
      SampleEvery(1));
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(Get(reactor, Timing::kBody).count(), 1u);
  EXPECT_EQ(Get(reactor, Timing::kAnswer).count(), 0u);
  reactor.clock().AdvanceMs(9);
  while (client.received().size() < large.size()) {
    client.Receive();
    reactor.Tick();
  }
  ExpectOne(reactor, Timing::kAnswer, 9);
}

TEST(RequestTimelineTest, SamplesOneInSoManyAndTheRateIsLive) {
  TestReactor reactor(Hello, SampleEvery(3));
  TestClient client = reactor.Connect();
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) {
      client.Send(kGet);
      reactor.Tick();
    }
  };
  ask(9);
  EXPECT_EQ(Get(reactor, Timing::kRequest).count(), 3u);
  EXPECT_EQ(Get(reactor, Timing::kFirstByte).count(), 0u) << "the first request was not sampled";
  reactor.SetLimits([](Limits* limits) { limits->timeline_sample_every = 0; });
  ask(9);
  EXPECT_EQ(Get(reactor, Timing::kRequest).count(), 3u);
  reactor.SetLimits([](Limits* limits) { limits->timeline_sample_every = 1; });
  ask(2);
  EXPECT_EQ(Get(reactor, Timing::kRequest).count(), 5u);
}

TEST(RequestTimelineTest, AnswersThatLeaveTogetherAreToldOnce) {
  TestReactor reactor(Hello, SampleEvery(1));
  TestClient client = reactor.Connect();
  client.Send(std::string(kGet) + kGet + kGet);
  reactor.Tick();
  EXPECT_EQ(reactor.Count(Counter::kRequests), 3u);
  EXPECT_EQ(Get(reactor, Timing::kRequest).count(), 1u);
}

TEST(RequestTimelineTest, ARefusedRequestHasNoAnswerTime) {
  TestReactor reactor(Hello, SampleEvery(1));
  TestClient client = reactor.Connect();
  client.Send("GET /\r\n\r\n");
  reactor.Tick();
  EXPECT_EQ(Get(reactor, Timing::kFirstByte).count(), 1u);
  EXPECT_EQ(Get(reactor, Timing::kHead).count(), 0u);
  EXPECT_EQ(Get(reactor, Timing::kRequest).count(), 0u);
}

// The clock of a tick is read once, whatever it serves.
TEST(RequestTimelineTest, RequestsThatAreNotSampledReadNoClock) {
  TestReactor reactor(Hello, SampleEvery(0));
  TestClient client = reactor.Connect();
  client.Send(kGet);
  const std::uint64_t idle = reactor.clock().reads();
  reactor.Tick();
  const std::uint64_t serving = reactor.clock().reads();
  reactor.Tick();
  EXPECT_EQ(serving - idle, reactor.clock().reads() - serving);
  EXPECT_EQ(reactor.Count(Counter::kRequests), 1u);
}

}  // namespace
}  // namespace weir
