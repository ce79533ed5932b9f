#include "weir/reactor/signal_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <memory>
#include <utility>
#include <vector>

namespace weir {
namespace {

bool Readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, 0) == 1;
}

TEST(SignalWatchTest, TellsAllWhoWatch) {
  auto first = SignalWatch::Install();
  auto second = SignalWatch::Install();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(Readable((*first)->fd()));
  ::raise(SIGTERM);
  EXPECT_TRUE(Readable((*first)->fd()));
  EXPECT_TRUE(Readable((*second)->fd()));
}

TEST(SignalWatchTest, GivesTheDispositionBackWithTheLast) {
  struct sigaction now {};
  {
    auto first = SignalWatch::Install();
    { auto second = SignalWatch::Install(); }
    ::sigaction(SIGINT, nullptr, &now);
    EXPECT_NE(now.sa_handler, SIG_DFL);
  }
  ::sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(SignalWatchTest, SaysWhenThereAreTooMany) {
  std::vector<std::unique_ptr<SignalWatch>> watches;
  for (int i = 0; i < 64; ++i) {
    auto watch = SignalWatch::Install();
    ASSERT_TRUE(watch.ok()) << i;
    watches.push_back(*std::move(watch));
  }
  EXPECT_EQ(SignalWatch::Install().status().code(), absl::StatusCode::kResourceExhausted);
  watches.pop_back();
  EXPECT_TRUE(SignalWatch::Install().ok());
}

}  // namespace
}  // namespace weir
