// What all connections hold together, and the budgets of one connection in a turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::uint64_t kBound = 64 * 1024;

Limits Bounded() {
  Limits limits;
  limits.max_buffered_bytes = kBound;
  return limits;
}

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

std::string PostHead(std::size_t bytes) {
  return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

std::uint64_t Held(const TestReactor& reactor) { return reactor.Stats().buffered_bytes; }

class MemoryBoundTest : public testing::Test {
 protected:
  MemoryBoundTest() : reactor_(Hello, Bounded()) {}

  // Clients whose content is incomplete, until the bound is reached.
  std::vector<TestClient> Fill() {
    std::vector<TestClient> clients;
    while (Held(reactor_) < kBound && clients.size() < 100) {
      clients.push_back(reactor_.Connect());
      clients.back().Send(PostHead(30000) + std::string(20000, 'x'));
      reactor_.Tick();
    }
    return clients;
  }

  TestReactor reactor_;
};

TEST_F(MemoryBoundTest, CountsIncompleteRequests) {
  TestClient client = reactor_.Connect();
  client.Send(kGet);
  reactor_.Tick();
  EXPECT_EQ(Held(reactor_), 0u);
  client.Send(PostHead(5000) + std::string(4000, 'x'));
  reactor_.Tick();
  EXPECT_GE(Held(reactor_), 4000u);
  EXPECT_EQ(reactor_.buffered_bytes().load(), Held(reactor_));
  client.Send(std::string(1000, 'x'));
  reactor_.Tick();
  EXPECT_EQ(Held(reactor_), 0u);
  EXPECT_EQ(reactor_.buffered_bytes().load(), 0u);
}

TEST_F(MemoryBoundTest, CountsOutputThatWaits) {
  TestClient client = reactor_.Connect();
  reactor_.syscalls().Fail(Call::kSend, EAGAIN);
  client.Send(kGet);
  reactor_.Tick();
  const std::uint64_t held = Held(reactor_);
  client.Send(kGet);
  reactor_.Tick(2);
  const std::size_t answer = client.Take().size() / 2;
  EXPECT_GE(held, answer);
  EXPECT_LT(held, answer + 64);  // it counts in units of as much
  EXPECT_EQ(Held(reactor_), 0u);
}

TEST_F(MemoryBoundTest, CountsNothingOfWhatHasEnded) {
  std::vector<TestClient> clients = Fill();
  EXPECT_GE(Held(reactor_), kBound);
  clients.clear();
  reactor_.Tick();
  EXPECT_EQ(Held(reactor_), 0u);
  clients = Fill();
  reactor_.Destroy();
  EXPECT_EQ(reactor_.buffered_bytes().load(), 0u);
}

TEST_F(MemoryBoundTest, RefusesRequestsUntilMemoryIsFree) {
  std::vector<TestClient> clients = Fill();
  TestClient client = reactor_.Connect();
  client.Send(kGet);
  reactor_.Tick();
  const std::string refusal = client.Take();
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(refusal, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(refusal, HasSubstr("max_buffered_bytes"));
  EXPECT_EQ(reactor_.Count(Counter::kRequests), 0u);
  client.Close();
  clients.clear();
  reactor_.Tick();
  EXPECT_EQ(reactor_.Count(CloseReason::kBufferedBytes), 1u);
  client = reactor_.Connect();
  client.Send(kGet);
  reactor_.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MemoryBoundTest, RefusesContentThatGoesOn) {
  std::vector<TestClient> clients = Fill();
  clients.front().Send("y");
  reactor_.Tick();
  EXPECT_THAT(clients.front().Take(), StartsWith("HTTP/1.1 503 "));
  EXPECT_LT(Held(reactor_), kBound);  // it holds nothing any more, so the others go on
  clients.back().Send(std::string(10000, 'x'));
  reactor_.Tick();
  EXPECT_THAT(clients.back().Take(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MemoryBoundTest, CountsWhatOtherReactorsHold) {
  TestClient client = reactor_.Connect();
  reactor_.buffered_bytes().fetch_add(kBound);
  client.Send(kGet);
  reactor_.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(MemoryBoundTest, IsLive) {
  std::vector<TestClient> clients = Fill();
  reactor_.SetLimits([](Limits* limits) { limits->max_buffered_bytes = 16 * kBound; });
  clients.front().Send(std::string(10000, 'x'));
  reactor_.Tick();
  EXPECT_THAT(clients.front().Take(), StartsWith("HTTP/1.1 200 OK\r\n"));
  reactor_.SetLimits([](Limits* limits) { limits->max_buffered_bytes = kBound; });
  reactor_.buffered_bytes().fetch_add(kBound);
  clients.back().Send("x");
  reactor_.Tick();
  EXPECT_THAT(clients.back().Take(), StartsWith("HTTP/1.1 503 "));
}

TEST(MemoryBoundStreamingTest, RefusesContentThatIsCollected) {
  TestReactor reactor([](const Request&, RequestBody body,
                         ResponseWriter response) { body.Collect(std::move(response), Hello); },
                      Bounded());
  TestClient client = reactor.Connect();
  client.Send(PostHead(5000) + std::string(1000, 'x'));
  reactor.Tick();
  EXPECT_GT(Held(reactor), 0u);
  reactor.buffered_bytes().fetch_add(kBound);
  client.Send("x");
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(reactor.Stats().responses_pending, 0u);
}

// Content that takes three reads.
std::uint64_t ReadsOfATick(TestReactor* reactor, TestClient* client) {
  const std::uint64_t before = reactor->syscalls().Count(Call::kRecv);
  const std::string post = PostHead(150000) + std::string(150000, 'x');
  EXPECT_EQ(client->Send(post), post.size());
  reactor->Tick();
  const std::uint64_t reads = reactor->syscalls().Count(Call::kRecv) - before;
  reactor->Tick(5);
  EXPECT_THAT(client->Take(), StartsWith("HTTP/1.1 200 OK\r\n"));
  return reads;
}

TEST(TurnBudgetTest, ReadsOfATurn) {
  Limits limits;
  limits.read_budget_per_turn = 1;
  TestReactor reactor(Hello, limits);
  TestClient client = reactor.Connect();
  EXPECT_EQ(ReadsOfATick(&reactor, &client), 2u);  // the event's turn, and another
  reactor.SetLimits([](Limits* it) { it->read_budget_per_turn = 3; });
  EXPECT_EQ(ReadsOfATick(&reactor, &client), 3u);
}

TEST(TurnBudgetTest, BytesSentInATurn) {
  Limits limits;
  limits.send_budget_bytes_per_turn = 1024;
  TestReactor* reached = nullptr;
  TestReactor reactor(
      [&reached](const Request&, ResponseWriter response) {
        reached->syscalls().Fail(Call::kSend, EAGAIN);
        response.Send(200, "text/plain", std::string(30000, 'x'));
      },
      limits);
  reached = &reactor;
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(client.Take(), "");
  client.Send("G");  // an event, with which the reactor learns that there is room
  reactor.Tick();
  EXPECT_THAT(client.Take().size(), AnyOf(1024u, 2048u));
  reactor.SetLimits([](Limits* it) { it->send_budget_bytes_per_turn = 4096; });
  reactor.Tick();
  EXPECT_THAT(client.Take().size(), AnyOf(4096u, 8192u));
}

}  // namespace
}  // namespace weir
