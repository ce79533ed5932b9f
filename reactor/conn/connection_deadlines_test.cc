// What a client is held to: deadlines, and what becomes of slow readers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::StartsWith;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

TEST(ConnectionDeadlinesTest, ClosesAnIdleConnectionSilently) {
  TestReactor reactor(Hello);
  TestClient client = reactor.Connect();
  reactor.AdvanceMs(30000);
  client.Send(kGet);
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
  reactor.AdvanceMs(59000);
  client.Receive();
  EXPECT_FALSE(client.closed_by_server());
  reactor.AdvanceMs(1008);
  EXPECT_EQ(client.Take(), "");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(CloseReason::kIdleTimeout), 1u);
}

TEST(ConnectionDeadlinesTest, HeadDeadlineIsNotExtendedByTrickle) {
  TestReactor reactor(Hello);
  TestClient client = reactor.Connect();
  client.Send("GET / HTTP/1.1\r\n");
  reactor.Tick();
  for (int second = 0; second < 9; ++second) {
    reactor.AdvanceMs(1000);
    client.Send("A: b\r\n");
    reactor.Tick();
    EXPECT_EQ(client.Take(), "");
  }
  reactor.AdvanceMs(1008);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kHeadTimeout), 1u);
}

TEST(ConnectionDeadlinesTest, EachHeadHasADeadlineOfItsOwn) {
  TestReactor reactor(Hello);
  TestClient client = reactor.Connect();
  for (int round = 0; round < 5; ++round) {
    client.Send("GET / HTTP/1.1\r\n");
    reactor.Tick();
    reactor.AdvanceMs(6000);
    client.Send("Host: h\r\n\r\n");
    reactor.Tick();
    EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 ")) << round;
  }
}

TEST(ConnectionDeadlinesTest, BodyDeadlineIsNotExtendedByTrickle) {
  Limits limits;
  limits.min_body_bytes_per_second = 0;
  TestReactor reactor(Hello, limits);
  TestClient client = reactor.Connect();
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  reactor.Tick();
  for (int second = 0; second < 59; ++second) {
    reactor.AdvanceMs(1000);
    client.Send("x");
    reactor.Tick();
  }
  EXPECT_EQ(client.Take(), "");
  reactor.AdvanceMs(1008);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 408 "));
  client.Close();
  reactor.Tick();
  EXPECT_EQ(reactor.Count(CloseReason::kBodyTimeout), 1u);
}

TEST(ConnectionDeadlinesTest, EndsAReaderThatTakesNothing) {
  Limits limits;
  limits.min_write_bytes_per_second = 0;
  TestReactor reactor(
      [](const Request&, ResponseWriter response) {
        response.Send(200, "", std::string(8 << 20, 'x'));
      },
      limits);
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  EXPECT_EQ(reactor.open_connections(), 1u);
  reactor.AdvanceMs(29000);
  EXPECT_EQ(reactor.open_connections(), 1u);
  reactor.AdvanceMs(1008);
  EXPECT_EQ(reactor.Count(CloseReason::kWriteTimeout), 1u);
  EXPECT_EQ(reactor.open_connections(), 0u);
}

TEST(ConnectionDeadlinesTest, AReaderThatTakesSomethingGoesOn) {
  TestReactor reactor([](const Request&, ResponseWriter response) {
    response.Send(200, "", std::string(2 << 20, 'x'));
  });
  TestClient client = reactor.Connect();
  client.Send(kGet);
  reactor.Tick();
  std::size_t taken = 0;
  for (int round = 0; round < 1000 && taken < (2 << 20); ++round) {
    taken += client.Take().size();
    reactor.AdvanceMs(20000);
  }
  EXPECT_GT(taken, std::size_t{2 << 20});
  EXPECT_EQ(reactor.Count(CloseReason::kWriteTimeout), 0u);
}

TEST(ConnectionDeadlinesTest, ReadsNoMoreRequestsWhileOutputWaits) {
  Limits limits;
  limits.max_pending_output_bytes = 1024;
  int served = 0;
  TestReactor reactor(
      [&served](const Request&, ResponseWriter response) {
        ++served;
        response.Send(200, "", std::string(1 << 20, 'x'));
      },
      limits);
  TestClient client = reactor.Connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += kGet;
  client.Send(requests);
  reactor.Tick(10);
  EXPECT_LT(served, 5);
  for (int round = 0; round < 10000 && served < 20; ++round) {
    client.Take();
    reactor.Tick();
  }
  EXPECT_EQ(served, 20);
}

}  // namespace
}  // namespace weir
