#include "weir/reactor/shadow_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/reactor/limits_store.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

const ShadowCount& Get(const ReactorStats& stats, ShadowOf shadow) {
  return stats.shadows[static_cast<std::size_t>(shadow)];
}

void ExpectCount(const TestReactor& reactor, ShadowOf shadow, std::uint64_t judged,
                 std::uint64_t refused) {
  const ReactorStats stats = reactor.Stats();
  EXPECT_EQ(Get(stats, shadow).judged, judged) << SpecOf(shadow).name;
  EXPECT_EQ(Get(stats, shadow).refused, refused) << SpecOf(shadow).name;
}

void Set(TestReactor* reactor, ShadowOf shadow, std::optional<std::uint64_t> value) {
  LimitsUpdate update;
  update.layer = LimitLayer::kShadow;
  update.changes = {{&SpecOf(shadow), value}};
  ASSERT_TRUE(reactor->limits().Apply(update).ok());
  reactor->Tick();
}

TEST(ShadowLimitsTest, EachHasItsLimit) {
  for (std::size_t i = 0; i < kShadowCount; ++i) {
    const auto shadow = static_cast<ShadowOf>(i);
    EXPECT_EQ(FindShadow(SpecOf(shadow)), shadow);
  }
  EXPECT_EQ(FindShadow(*FindLimitSpec("max_connections")), std::nullopt);
  EXPECT_THAT(ShadowNames(), HasSubstr("max_field_bytes, max_head_bytes"));
}

TEST(ShadowLimitsTest, TheStoreRefusesThoseThatCanNotBeJudged) {
  LimitsStore store{Limits()};
  LimitsUpdate update;
  update.layer = LimitLayer::kShadow;
  update.changes = {{FindLimitSpec("max_fields"), 9}, {FindLimitSpec("idle_timeout_ms"), 20}};
  const auto refused = store.Apply(update);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("idle_timeout_ms can have no"));
  EXPECT_EQ(store.version(), 1u);
  update.changes.pop_back();
  const auto snapshot = store.Apply(update);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ((*snapshot)->shadows()[static_cast<std::size_t>(ShadowOf::kFields)], 9u);
  EXPECT_EQ((*snapshot)->limits, Limits());
  const auto back = store.RollBack(1, {});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ((*back)->shadows(), ShadowLimits());
}

std::string Get(std::size_t target_bytes, const std::string& fields = "") {
  return "GET /" + std::string(target_bytes - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n" + fields +
         "\r\n";
}

std::string Field(std::size_t bytes) { return "X: " + std::string(bytes - 3, 'b') + "\r\n"; }

// A head of so many bytes.
std::string HeadOf(std::size_t bytes) {
  const std::size_t without = Get(1).size() + 2;
  return Get(1, Field(bytes - without));
}

std::string Post(const std::string& content) {
  return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(content.size()) +
         "\r\n\r\n" + content;
}

struct Case {
  ShadowOf shadow;
  std::uint64_t value;
  std::string at;      // a request that is as large as `value`
  std::string beyond;  // by one
};

std::vector<Case> Cases() {
  return {{ShadowOf::kRequestLineBytes, 64, Get(51), Get(52)},
          {ShadowOf::kFieldBytes, 64, Get(1, Field(64)), Get(1, Field(65))},
          {ShadowOf::kHeadBytes, 128, HeadOf(128), HeadOf(129)},
          {ShadowOf::kFields, 2, Get(1, Field(4)), Get(1, Field(4) + Field(4))},
          {ShadowOf::kBodyBytes, 3, Post("abc"), Post("abcd")}};
}

// The limit itself lets the one pass and refuses the other: so does its shadow count.
TEST(ShadowLimitsTest, JudgesAsTheLimitItselfWould) {
  for (const Case& it : Cases()) {
    TestReactor shadowed(Hello);
    Set(&shadowed, it.shadow, it.value);
    TestReactor limited(Hello);
    limited.SetLimits([&it](Limits* limits) { limits->*SpecOf(it.shadow).member = it.value; });
    for (TestReactor* const reactor : {&shadowed, &limited}) {
      TestClient client = reactor->Connect();
      client.Send(it.at);
      reactor->Tick();
      client.Send(it.beyond);
      reactor->Tick();
    }
    ExpectCount(shadowed, it.shadow, 2, 1);
    EXPECT_EQ(shadowed.Count(Counter::kResponses2xx), 2u) << SpecOf(it.shadow).name;
    EXPECT_EQ(limited.Count(Counter::kResponses2xx), 1u) << SpecOf(it.shadow).name;
    EXPECT_EQ(limited.Count(Counter::kResponses4xx), 1u) << SpecOf(it.shadow).name;
  }
}

TEST(ShadowLimitsTest, WhatTheLimitInForceRefusesIsNotJudged) {
  TestReactor reactor(Hello);
  Set(&reactor, ShadowOf::kFields, 1);
  reactor.SetLimits([](Limits* limits) { limits->max_fields = 2; });
  TestClient client = reactor.Connect();
  client.Send(Get(1, Field(4) + Field(4)));
  reactor.Tick();
  EXPECT_EQ(reactor.Count(ParseError::kTooManyFields), 1u);
  ExpectCount(reactor, ShadowOf::kFields, 0, 0);
}

TEST(ShadowLimitsTest, AnotherValueBeginsAnewAndNoneEndsIt) {
  TestReactor reactor(Hello);
  TestClient client = reactor.Connect();
  const auto ask = [&] {
    client.Send(Get(1, Field(4)));
    reactor.Tick();
  };
  ask();
  EXPECT_EQ(Get(reactor.Stats(), ShadowOf::kFields).since_version, 0u);
  Set(&reactor, ShadowOf::kFields, 1);
  ask();
  ask();
  reactor.SetLimits([](Limits* limits) { limits->max_head_bytes = 999; });
  ask();
  ExpectCount(reactor, ShadowOf::kFields, 3, 3);
  EXPECT_EQ(Get(reactor.Stats(), ShadowOf::kFields).since_version, 2u) << "it is still the same";
  Set(&reactor, ShadowOf::kFields, 2);
  ask();
  ExpectCount(reactor, ShadowOf::kFields, 1, 0);
  EXPECT_EQ(Get(reactor.Stats(), ShadowOf::kFields).since_version, 4u);
  EXPECT_EQ(Get(reactor.Stats(), ShadowOf::kFields).value, 2u);
  Set(&reactor, ShadowOf::kFields, std::nullopt);
  ask();
  EXPECT_EQ(Get(reactor.Stats(), ShadowOf::kFields).since_version, 0u);
  ExpectCount(reactor, ShadowOf::kFields, 0, 0);
}

// Reads all content, by a bound of its own if there is one, or whole.
class Drop final : public BodyReader {
 public:
  explicit Drop(ResponseWriter response) : response_(std::move(response)) {}
  BodyFlow OnData(std::string_view) override { return BodyFlow::kContinue; }
  void OnEnd(const HeaderFields&) override { response_.Send(200, "", ""); }
  void OnError(BodyError) override {}

 private:
  ResponseWriter response_;
};

TEST(ShadowLimitsTest, JudgesContentThatStreamsUnlessItsHandlerBoundsIt) {
  BodyOptions options;
  bool whole = false;
  TestReactor reactor(StreamHandler([&](const Request&, RequestBody body, ResponseWriter response) {
    if (whole) return body.Collect(std::move(response), Hello);
    body.Read(std::make_unique<Drop>(std::move(response)), options);
  }));
  Set(&reactor, ShadowOf::kBodyBytes, 3);
  TestClient client = reactor.Connect();
  const auto ask = [&] {
    client.Send(Post("abcd"));
    reactor.Tick(2);
  };
  ask();
  ExpectCount(reactor, ShadowOf::kBodyBytes, 1, 1);
  whole = true;
  ask();
  ExpectCount(reactor, ShadowOf::kBodyBytes, 2, 2);
  whole = false;
  options.max_bytes = 100;
  ask();
  ExpectCount(reactor, ShadowOf::kBodyBytes, 2, 2);
  EXPECT_EQ(reactor.Count(Counter::kResponses2xx), 3u);
}

}  // namespace
}  // namespace weir
