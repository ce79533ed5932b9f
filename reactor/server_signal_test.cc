// A whole server ends on SIGTERM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <memory>
#include <thread>

#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::BlockingClient;
using testing::HasSubstr;

TEST(ServerSignalTest, DrainsOnSigterm) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  const auto started = Server::Start(options, [](const Request&, ResponseWriter response) {
    response.Send(200, "text/plain", "hello");
  });
  ASSERT_TRUE(started.ok()) << started.status();
  Server* const server = started->get();
  BlockingClient client(server->port());
  EXPECT_THAT(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("hello"));
  // Blocked here until Wait() catches it, so that it can't come too early and end the test.
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
  DrainReport report;
  std::thread waiter([server, &report, &term] {
    // ThreadSanitizer makes its record of a thread's signals at the first call there that may wait,
    // and loses a signal that comes just then (SigCtx in its interceptors): so make it before.
    ::poll(nullptr, 0, 0);
    ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
    report = server->Wait();
  });
  // The handler is in place once the disposition is no longer the default.
  struct sigaction now {};
  do {
    std::this_thread::yield();
    ::sigaction(SIGTERM, nullptr, &now);
  } while (now.sa_handler == SIG_DFL);
  ::pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  EXPECT_EQ(report.connections_finished, 1u);
  ::sigaction(SIGTERM, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace weir
