// What is remembered of a refused request.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Ok(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "ok"); }

BadRequest OnlyOne(const TestReactor& reactor) {
  const std::vector<BadRequest> all = reactor.BadRequests();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? BadRequest() : all.front();
}

TEST(RefusalTest, TellsWhereAndWhoseButNoValue) {
  TestReactor reactor(Ok);
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  reactor.AdvanceMs(1500);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 12x\r\n\r\n");
  reactor.Tick();
  const BadRequest bad = OnlyOne(reactor);
  EXPECT_EQ(bad.kind, "content_length_invalid");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.offset, 43u);
  EXPECT_FALSE(bad.in_content);
  EXPECT_EQ(bad.received, 48u);
  EXPECT_EQ(bad.field_name, "Content-Length");
  EXPECT_EQ(bad.limit, "");
  EXPECT_EQ(bad.suggested, 0u);
  EXPECT_EQ(bad.excerpt, "");
  EXPECT_EQ(bad.requests_before, 1u);
  EXPECT_EQ(bad.connection_age_ms, 1500u);
  EXPECT_EQ(bad.sequence, 1u);
  EXPECT_EQ(bad.monotonic_ns, reactor.clock().MonotonicNs());
}

TEST(RefusalTest, NamesTheLimitAndAValueThatWouldDo) {
  Limits limits;
  limits.max_field_bytes = 100;
  limits.max_body_bytes = 1000;
  TestReactor reactor(Ok, limits);
  TestClient large = reactor.Connect();
  large.Send("GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(200, 'c') + "\r\n\r\n");
  reactor.Tick();
  BadRequest bad = OnlyOne(reactor);
  EXPECT_EQ(bad.kind, "field_too_long");
  EXPECT_EQ(bad.field_name, "Cookie");
  EXPECT_EQ(bad.limit, "max_field_bytes");
  EXPECT_EQ(bad.limit_value, 100u);
  EXPECT_EQ(bad.suggested, 256u);
  TestClient upload = reactor.Connect();
  upload.Send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n");
  reactor.Tick();
  bad = reactor.BadRequests().back();
  EXPECT_EQ(bad.kind, "body_too_large");
  EXPECT_EQ(bad.suggested, 131072u);
}

TEST(RefusalTest, CountsContentFromTheEndOfTheHead) {
  TestReactor reactor(Ok);
  TestClient client = reactor.Connect();
  client.Send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX");
  reactor.Tick();
  const BadRequest bad = OnlyOne(reactor);
  EXPECT_EQ(bad.kind, "chunk_data_no_crlf");
  EXPECT_TRUE(bad.in_content);
  EXPECT_EQ(bad.offset, 5u);
  EXPECT_EQ(bad.field_name, "");
}

TEST(RefusalTest, TellsOfThoseThatWereLate) {
  TestReactor reactor(Ok);
  TestClient head = reactor.Connect();
  head.Send("GET / HTTP");
  TestClient content = reactor.Connect();
  content.Send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
  reactor.Tick();
  reactor.AdvanceMs(static_cast<std::int64_t>(Limits().head_timeout_ms) + 8);
  reactor.AdvanceMs(static_cast<std::int64_t>(Limits().body_timeout_ms));
  const std::vector<BadRequest> all = reactor.BadRequests();
  ASSERT_EQ(all.size(), 2u);
  for (const BadRequest& bad : all) {
    const bool late_head = bad.kind == "head_timeout";
    EXPECT_EQ(bad.kind, late_head ? "head_timeout" : "body_rate");
    EXPECT_EQ(bad.limit, late_head ? "head_timeout_ms" : "min_body_bytes_per_second");
    EXPECT_EQ(bad.offset, late_head ? 10u : 3u);
    EXPECT_EQ(bad.in_content, !late_head);
    EXPECT_EQ(bad.status, 408);
  }
}

TEST(RefusalTest, AnExcerptIsForThoseWhoAskForOne) {
  Limits limits;
  limits.bad_request_excerpt_bytes = 100;
  TestReactor reactor(Ok, limits);
  TestClient client = reactor.Connect();
  client.Send(
      "GET / HTTP/1.1\r\nHost: h\r\nCookie: a\x01"
      "b\r\n\r\n");
  reactor.Tick();
  EXPECT_EQ(OnlyOne(reactor).excerpt, "Cookie:**\\x01*\\r");
}

TEST(RefusalTest, AFloodIsCountedAndNotKept) {
  Limits limits;
  limits.bad_requests_per_second = 2;
  TestReactor reactor(Ok, limits);
  const auto refuse = [&reactor] {
    TestClient client = reactor.Connect();
    client.Send("bad request\r\n\r\n");
    reactor.Tick();
  };
  for (int i = 0; i < 5; ++i) refuse();
  EXPECT_EQ(reactor.BadRequests().size(), 2u);
  EXPECT_EQ(reactor.Count(Counter::kBadRequestsUnrecorded), 3u);
  reactor.AdvanceMs(1000);
  refuse();
  EXPECT_EQ(reactor.BadRequests().size(), 3u);
  EXPECT_EQ(reactor.BadRequests().back().sequence, 3u);
}

}  // namespace
}  // namespace weir
