// What a lowered limit does to the connections that are open: as LIMITS.md says. Some limits are
// lowered in the tests of what they limit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

class LoweredLimitTest : public testing::Test {
 protected:
  void Start(const Limits& limits = Limits(), Handler handler = Hello) {
    reactor_ = std::make_unique<TestReactor>(std::move(handler), limits);
    client_ = reactor_->Connect();
  }
  void Send(const std::string& bytes) {
    client_.Send(bytes);
    reactor_->Tick();
  }
  std::string Ask(const std::string& bytes) {
    Send(bytes);
    return client_.Take();
  }
  void Lower(std::uint64_t Limits::*limit, std::uint64_t value) {
    reactor_->SetLimits([&](Limits* limits) { limits->*limit = value; });
    reactor_->Tick();
  }

  std::unique_ptr<TestReactor> reactor_;
  TestClient client_;
};

TEST_F(LoweredLimitTest, ListenBacklogLosesNobodyWhoIsQueued) {
  Start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(reactor_->ConnectTcp());
    clients.back().Send(kGet);
  }
  reactor_->SetLimits([](Limits* limits) { limits->listen_backlog = 1; });
  reactor_->Tick(3);
  EXPECT_EQ(reactor_->Stats().accept_queue.backlog_effective, 1u);
  for (TestClient& client : clients) EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(LoweredLimitTest, AcceptBudgetCountsInTheSameTick) {
  Start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(reactor_->ConnectTcp());
  const std::uint64_t before = reactor_->Count(Counter::kConnectionsAccepted);
  Lower(&Limits::accept_budget_per_tick, 2);
  EXPECT_EQ(reactor_->Count(Counter::kConnectionsAccepted) - before, 2u);
}

TEST_F(LoweredLimitTest, RequestsPerConnectionEndsWithTheNextAnswer) {
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Ask(kGet), Not(HasSubstr("Connection: close")));
  Lower(&Limits::max_requests_per_connection, 2);
  client_.Receive();
  EXPECT_FALSE(client_.closed_by_server()) << "not before it asks again";
  EXPECT_THAT(Ask(kGet), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close")));
  EXPECT_EQ(reactor_->Count(CloseReason::kMaxRequests), 1u);
}

TEST_F(LoweredLimitTest, RequestBudgetCountsInTheSameTick) {
  Start();
  std::string requests;
  for (int i = 0; i < 8; ++i) requests += kGet;
  client_.Send(requests);
  Lower(&Limits::request_budget_per_tick, 3);
  EXPECT_LT(reactor_->Count(Counter::kRequests), 8u);
  reactor_->Tick(3);
  EXPECT_EQ(reactor_->Count(Counter::kRequests), 8u);
}

// A message that is already longer than allowed is refused with its next bytes.
struct Half {
  std::uint64_t Limits::*limit;
  std::uint64_t value;
  const char* first;   // fine
  const char* second;  // so is this
  const char* answer;  // after lowering between the two
};

void PrintTo(const Half& half, std::ostream* out) { *out << half.answer; }

class LoweredParserLimitTest : public LoweredLimitTest, public testing::WithParamInterface<Half> {};

TEST_P(LoweredParserLimitTest, ReachesWhatIsHalfReceived) {
  Start();
  Send(GetParam().first);
  EXPECT_EQ(client_.Take(), "");
  Lower(GetParam().limit, GetParam().value);
  EXPECT_EQ(client_.Take(), "") << "with its next bytes";
  EXPECT_THAT(Ask(GetParam().second), HasSubstr(GetParam().answer));
  client_.Receive();
  EXPECT_TRUE(client_.closed_by_server());
}

constexpr char kLongTarget[] =
    "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kLongField[] =
    "GET / HTTP/1.1\r\nHost: h\r\nA: "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kLongHead[] =
    "GET / HTTP/1.1\r\nHost: h\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
    "B: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
constexpr char kChunked[] = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    All, LoweredParserLimitTest,
    testing::Values(
        Half{&Limits::max_request_line_bytes, 64, kLongTarget, "a", "target_too_long"},
        Half{&Limits::max_field_bytes, 64, kLongField, "a", "field_too_long"},
        Half{&Limits::max_head_bytes, 128, kLongHead, "C", "head_too_large"},
        Half{&Limits::max_fields, 1, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n", "C: d\r\n",
             "too_many_fields"},
        Half{&Limits::max_body_bytes, 2,
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
             "1\r\nd\r\n", "body_too_large"},
        Half{&Limits::max_chunk_extension_bytes, 1,
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;abc", "d\r\n",
             "chunk_extension_too_long"},
        Half{&Limits::max_chunk_extensions_bytes_per_body, 4,
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;abcd\r\nx\r\n",
             "1;e\r\n", "chunk_extension_too_long"}));

// The floor of max_chunk_overhead_bytes is 1024: it takes as many bytes of framing.
TEST_F(LoweredLimitTest, ChunkOverheadReachesWhatIsHalfReceived) {
  Start();
  std::string body = kChunked;
  for (int i = 0; i < 300; ++i) body += "1\r\nx\r\n";
  Send(body);
  EXPECT_EQ(client_.Take(), "");
  Lower(&Limits::max_chunk_overhead_bytes, 1024);
  EXPECT_THAT(Ask("1\r\nx\r\n"), HasSubstr("chunk_overhead"));
}

// Deadlines that run are not moved; the next ones are shorter.
TEST_F(LoweredLimitTest, HeadTimeoutLeavesTheHeadThatIsReceived) {
  Start();
  Send("GET / HTTP/1.1\r\n");
  Lower(&Limits::head_timeout_ms, 1000);
  reactor_->AdvanceMs(9000);
  EXPECT_THAT(Ask("Host: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  Send("GET / HTTP/1.1\r\n");
  reactor_->AdvanceMs(1008);
  EXPECT_THAT(client_.Take(), HasSubstr("head_timeout"));
}

TEST_F(LoweredLimitTest, BodyTimeoutLeavesTheContentThatIsReceived) {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n";
  Limits limits;
  limits.min_body_bytes_per_second = 0;
  Start(limits);
  Send(post);
  Lower(&Limits::body_timeout_ms, 1000);
  reactor_->AdvanceMs(59000);
  EXPECT_THAT(Ask("x"), StartsWith("HTTP/1.1 200 "));
  Send(post);
  reactor_->AdvanceMs(1008);
  EXPECT_THAT(client_.Take(), HasSubstr("body_timeout"));
}

TEST_F(LoweredLimitTest, IdleTimeoutBeginsWithTheNextWait) {
  Start();
  Lower(&Limits::idle_timeout_ms, 1000);
  reactor_->AdvanceMs(59000);
  EXPECT_THAT(Ask(kGet), StartsWith("HTTP/1.1 200 "));
  reactor_->AdvanceMs(1008);
  EXPECT_EQ(reactor_->Count(CloseReason::kIdleTimeout), 1u);
}

void Large(const Request&, ResponseWriter response) {
  response.Send(200, "", std::string(1 << 20, 'x'));
}

TEST_F(LoweredLimitTest, WriteTimeoutLeavesTheWaitThatRuns) {
  Limits limits;
  limits.min_write_bytes_per_second = 0;
  Start(limits, Large);
  Send(kGet);
  Lower(&Limits::write_timeout_ms, 1000);
  reactor_->AdvanceMs(29000);
  EXPECT_EQ(reactor_->open_connections(), 1u);
  client_.Take();  // takes some: the wait begins anew, and is looked at when it ends
  reactor_->Tick();
  reactor_->AdvanceMs(1008);
  reactor_->AdvanceMs(1008);
  EXPECT_EQ(reactor_->Count(CloseReason::kWriteTimeout), 1u);
}

TEST_F(LoweredLimitTest, GraceActsAtTheNextLook) {
  Limits limits;
  limits.rate_grace_ms = 10000;
  Start(limits, Large);
  Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n");
  Lower(&Limits::rate_grace_ms, 1000);
  reactor_->AdvanceMs(9999);
  EXPECT_EQ(client_.Take(), "");
  reactor_->AdvanceMs(8);
  EXPECT_THAT(client_.Take(), HasSubstr("body_rate"));
}

TEST_F(LoweredLimitTest, PendingOutputHoldsBackTheNextRequest) {
  int served = 0;
  Start(Limits(), [&served](const Request&, ResponseWriter response) {
    response.Send(200, "", std::string(++served == 1 ? 1 << 20 : 1, 'x'));
  });
  Lower(&Limits::max_pending_output_bytes, 1024);
  Send(std::string(kGet) + kGet);
  EXPECT_EQ(served, 1);
  for (int round = 0; round < 1000 && served < 2; ++round) {
    client_.Take();
    reactor_->Tick();
  }
  EXPECT_EQ(served, 2);
}

// A refused client that goes on to send is heard for as long as it was when that began.
TEST_F(LoweredLimitTest, LingerLimitsLeaveTheOneThatRuns) {
  Start();
  EXPECT_THAT(Ask("bad\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  Lower(&Limits::linger_timeout_ms, 0);
  Lower(&Limits::max_linger_bytes, 0);
  Send("more");
  reactor_->AdvanceMs(1900);
  EXPECT_EQ(reactor_->open_connections(), 1u);
  reactor_->AdvanceMs(108);
  EXPECT_EQ(reactor_->open_connections(), 0u);
}

TEST_F(LoweredLimitTest, DrainTimeoutLeavesTheDrainThatRuns) {
  Start();
  Send("GET / HTTP/1.1\r\n");
  reactor_->reactor().RequestDrain(8000);
  reactor_->Tick();
  Lower(&Limits::drain_timeout_ms, 0);
  reactor_->AdvanceMs(7999);
  EXPECT_EQ(reactor_->open_connections(), 1u);
  reactor_->AdvanceMs(1);
  EXPECT_EQ(reactor_->Count(CloseReason::kDrainCut), 1u);
}

TEST_F(LoweredLimitTest, AcceptRateLeavesThemQueued) {
  Start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(reactor_->ConnectTcp());
  const std::uint64_t before = reactor_->Count(Counter::kConnectionsAccepted);
  Lower(&Limits::max_accepts_per_second, 1);
  EXPECT_EQ(reactor_->Count(Counter::kConnectionsAccepted) - before, 1u);
  EXPECT_EQ(reactor_->Stats().accept_queue.depth, 2u);
}

TEST_F(LoweredLimitTest, Ipv6PrefixLeavesWhatIsCounted) {
  Limits limits;
  limits.max_connections_per_address = 1;
  Start(limits);
  TestClient first = reactor_->ConnectTcp();
  reactor_->Tick();
  Lower(&Limits::ipv6_prefix_bits, 1);
  first.Close();
  reactor_->Tick(2);
  EXPECT_EQ(reactor_->admission().addresses.size(), 0u);
}

}  // namespace
}  // namespace weir
