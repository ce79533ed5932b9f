// A whole server: threads, real sockets, drain.
#include "weir/reactor/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/host_limits.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::BlockingClient;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "text/plain", "hello"); }

ServerOptions TwoReactors() {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  return options;
}

std::unique_ptr<Server> StartServer(const ServerOptions& options, Handler handler) {
  auto server = Server::Start(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(ServerTest, ServesAndDrains) {
  const auto server = StartServer(TwoReactors(), Hello);
  EXPECT_EQ(server->reactors(), 2);
  EXPECT_EQ(server->address(), "127.0.0.1:" + std::to_string(server->port()));
  std::vector<BlockingClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server->port());
    EXPECT_THAT(clients.back().Ask(kGet), HasSubstr("hello"));
  }
  const ServerStats stats = server->Stats();
  std::uint64_t requests = 0;
  for (const ReactorStats& reactor : stats.reactors) {
    requests += reactor.counters[static_cast<std::size_t>(Counter::kRequests)];
  }
  EXPECT_EQ(requests, 20u);
  EXPECT_EQ(stats.boot_id.size(), 32u);
  server->Drain();
  server->Drain();
  const DrainReport report = server->Wait();
  EXPECT_EQ(report.connections_finished, 20u);
  EXPECT_EQ(report.connections_cut, 0u);
  EXPECT_TRUE(server->Stats().draining);
}

TEST(ServerTest, ListensOnIpv6) {
  ServerOptions options = TwoReactors();
  options.address = "[::1]:0";
  auto server = Server::Start(options, Hello);
  if (!server.ok()) GTEST_SKIP() << "this host has no IPv6: " << server.status();
  EXPECT_THAT((*server)->address(), StartsWith("[::1]:"));
  BlockingClient client((*server)->port(), AF_INET6);
  EXPECT_THAT(client.Ask(kGet), HasSubstr("hello"));
}

TEST(ServerTest, AppliesLimitsToTheNextRequestAndSaysSo) {
  const auto server = StartServer(TwoReactors(), Hello);
  BlockingClient client(server->port());
  const std::string request =
      "GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(5000, 'c') + "\r\n\r\n";
  EXPECT_THAT(client.Ask(request), StartsWith("HTTP/1.1 200 "));
  const auto published =
      server->limits().Update([](Limits* limits) { limits->max_head_bytes = 4096; });
  ASSERT_TRUE(published.ok());
  EXPECT_TRUE(server->WaitForLimits((*published)->version, 10000));
  for (const ReactorStats& reactor : server->Stats().reactors) {
    EXPECT_EQ(reactor.applied_limits_version, (*published)->version);
  }
  EXPECT_THAT(client.Ask(request), StartsWith("HTTP/1.1 431 "));
}

// An idle reactor that was woken for one change a moment ago is not woken for the next one at once.
TEST(ServerTest, IdleReactorsApplyChangesThatFollowEachOther) {
  const auto server = StartServer(TwoReactors(), Hello);
  for (std::uint64_t i = 1; i <= 50; ++i) {
    const auto published =
        server->limits().Update([i](Limits* limits) { limits->max_head_bytes = 4096 + i; });
    ASSERT_TRUE(published.ok());
    ASSERT_TRUE(server->WaitForLimits((*published)->version, 10000)) << i;
  }
}

TEST(ServerTest, SaysWhenAReactorDoesNotApplyLimits) {
  const auto server = StartServer(TwoReactors(), Hello);
  EXPECT_FALSE(server->WaitForLimits(2, 0));
  EXPECT_TRUE(server->WaitForLimits(1, 0));
}

TEST(ServerTest, ReportsACappedBacklogWithItsFix) {
  ServerOptions options = TwoReactors();
  options.limits.listen_backlog = 1'000'000;
  const auto server = StartServer(options, Hello);
  const HostLimits host = ReadHostLimits();
  if (host.somaxconn >= 1'000'000) GTEST_SKIP() << "net.core.somaxconn does not cap here";
  const ServerStats stats = server->Stats();
  for (const ReactorStats& reactor : stats.reactors) {
    EXPECT_EQ(reactor.accept_queue.backlog_requested, 1'000'000u);
    EXPECT_EQ(reactor.accept_queue.backlog_effective, host.somaxconn);
  }
  EXPECT_THAT(stats.warnings, testing::Contains(HasSubstr("sysctl -w net.core.somaxconn=1000000")));
  EXPECT_EQ(server->EffectiveLimits(options.limits).listen_backlog, host.somaxconn);
}

TEST(ServerTest, RefusesWhatItCannotDoWithAReason) {
  ServerOptions options = TwoReactors();
  EXPECT_EQ(Server::Start(options, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  options.reactors = -1;
  EXPECT_THAT(std::string(Server::Start(options, Hello).status().message()),
              HasSubstr("1 to 1024"));
  options = TwoReactors();
  options.address = "localhost:80";
  EXPECT_EQ(Server::Start(options, Hello).status().code(), absl::StatusCode::kInvalidArgument);
  options = TwoReactors();
  options.limits.max_head_bytes = 1;
  EXPECT_THAT(std::string(Server::Start(options, Hello).status().message()),
              HasSubstr("max_head_bytes = 1 is out of range"));
}

TEST(ServerTest, SharesAnAddressOnlyWhenAsked) {
  const auto first = StartServer(TwoReactors(), Hello);
  ServerOptions options = TwoReactors();
  options.address = first->address();
  EXPECT_EQ(Server::Start(options, Hello).status().code(), absl::StatusCode::kAlreadyExists);
  options.share_address = true;
  EXPECT_TRUE(Server::Start(options, Hello).ok());
}

// Loopback delivers a SYN on the CPU of its client.
TEST(ServerTest, ChangesTheDistributionLive) {
  cpu_set_t before;
  CPU_ZERO(&before);
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  if (!CPU_ISSET(1, &before)) GTEST_SKIP() << "needs CPU 1";
  const auto server = StartServer(TwoReactors(), Hello);
  ASSERT_TRUE(server->limits().Update([](Limits* limits) { limits->distribution = 1; }).ok());
  EXPECT_THAT(server->Stats().warnings, testing::Each(testing::Not(HasSubstr("distribution"))));
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(1, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(BlockingClient(server->port()).Ask(kGet), StartsWith("HTTP/1.1 200 "));
  }
  ::sched_setaffinity(0, sizeof(before), &before);
  const ServerStats stats = server->Stats();
  EXPECT_EQ(stats.reactors[1].counters[static_cast<std::size_t>(Counter::kConnectionsAccepted)],
            10u);
  EXPECT_EQ(stats.steering_failures, 0u);
}

TEST(ServerTest, SharesConnectionsByTheWeightsOnceItIsTold) {
  ServerOptions options = TwoReactors();
  options.reactor_weights = {0, 7};
  const auto server = StartServer(options, Hello);
  ASSERT_TRUE(server->limits().Update([](Limits* limits) { limits->distribution = 2; }).ok());
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(BlockingClient(server->port()).Ask(kGet), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(
      server->Stats().reactors[1].counters[static_cast<std::size_t>(Counter::kConnectionsAccepted)],
      20u);
}

TEST(ServerTest, RefusesWeightsThatAreNotOneForEachReactor) {
  ServerOptions options = TwoReactors();
  for (const std::vector<std::uint32_t>& weights :
       {std::vector<std::uint32_t>{1}, {1, 2, 3}, {0, 0}, {1, 65536}}) {
    options.reactor_weights = weights;
    const absl::Status status = Server::Start(options, Hello).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("reactor_weights")) << testing::PrintToString(weights);
  }
}

TEST(ServerTest, ASharedAddressStaysWithTheHash) {
  ServerOptions options = TwoReactors();
  options.share_address = true;
  options.limits.distribution = 1;
  const auto server = StartServer(options, Hello);
  EXPECT_EQ(server->EffectiveLimits(options.limits).distribution, 0u);
  EXPECT_THAT(server->Stats().warnings, testing::Contains(HasSubstr("distribution acts as hash")));
}

TEST(ServerTest, AnswersFromManyThreads) {
  std::vector<std::thread> workers;
  std::mutex mutex;
  const auto server =
      StartServer(TwoReactors(), [&](const Request& request, ResponseWriter response) {
        const std::lock_guard<std::mutex> lock(mutex);
        workers.emplace_back([copy = request.Copy(), writer = std::move(response)]() mutable {
          writer.Send(200, "text/plain", copy->target());
        });
      });
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&server, c] {
      BlockingClient client(server->port());
      for (int i = 0; i < 50; ++i) {
        const std::string target = "/" + std::to_string(c) + "-" + std::to_string(i);
        EXPECT_THAT(client.Ask("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"),
                    testing::EndsWith("\r\n\r\n" + target));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  server->Drain();
  server->Wait();
  for (std::thread& worker : workers) worker.join();
}

TEST(ServerTest, SpreadsConnectionsOverItsReactors) {
  const auto server = StartServer(TwoReactors(), Hello);
  std::vector<BlockingClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back(server->port());
    clients.back().Ask(kGet);
  }
  for (const ReactorStats& reactor : server->Stats().reactors) {
    EXPECT_GT(reactor.counters[static_cast<std::size_t>(Counter::kConnectionsAccepted)], 50u);
  }
}

}  // namespace
}  // namespace weir
