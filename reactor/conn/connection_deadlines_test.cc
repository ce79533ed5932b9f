// What a client is held to: deadlines, slow readers, and faults of the system calls beneath.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using weir::test::Call;
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

TEST(ConnectionFaultsTest, ShortReadsAndWritesChangeNothing) {
  const std::string request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde";
  for (std::size_t bytes = 1; bytes < 80; ++bytes) {
    TestReactor reactor(Hello);
    TestClient client = reactor.Connect();
    reactor.syscalls().LimitTransfer(bytes);
    client.Send(request);
    // A short read means that nothing is left, so what the kernel still has needs an edge of its
    // own: the last byte comes alone.
    for (int round = 0; round < 200; ++round) reactor.Tick();
    reactor.syscalls().Heal();
    client.Send(request.substr(0, 1));
    reactor.Tick(3);
    const std::string answer = client.Take();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 ")) << bytes;
    EXPECT_THAT(answer, HasSubstr("\r\n\r\nhello")) << bytes;
  }
}

TEST(ConnectionFaultsTest, EveryErrorOfEveryCallEndsInACountedWay) {
  const int errors[] = {EINTR,  EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT,
                        ENOMEM, EIO,    ENOBUFS,    EBADF, ENOTCONN};
  for (const Call call : {Call::kRecv, Call::kSend, Call::kShutdown, Call::kClose, Call::kEpollCtl,
                          Call::kEpollWait, Call::kRead, Call::kWrite, Call::kGetSockOpt}) {
    for (const int error : errors) {
      for (int skip = 0; skip < 3; ++skip) {
        TestReactor reactor(Hello);
        {
          TestClient client = reactor.Connect();
          reactor.syscalls().Fail(call, error, skip);
          TestClient other = reactor.Connect();
          client.Send(kGet);
          other.Send("bad\r\n\r\n");
          reactor.Tick(3);
          client.Send(kGet);
          reactor.Tick(3);
        }
        reactor.syscalls().Heal();
        reactor.Tick(3);
        // Whatever failed, no connection is left and each has ended for one counted reason.
        reactor.AdvanceMs(100000);
        reactor.Tick(2);
        const ReactorStats stats = reactor.Stats();
        std::uint64_t closed = 0;
        for (const std::uint64_t count : stats.connections_closed) closed += count;
        EXPECT_EQ(stats.connections_active, 0u) << static_cast<int>(call) << " " << error;
        EXPECT_EQ(reactor.open_connections(), 0u) << static_cast<int>(call) << " " << error;
        EXPECT_EQ(closed, 2u) << static_cast<int>(call) << " " << error;
      }
    }
  }
}

}  // namespace
}  // namespace weir
