#include "weir/reactor/faults/faulty_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <utility>

namespace weir::test {
namespace {

constexpr int kManyTurns = 200;
constexpr int kQuietTurns = 2;  // one may be that of a wait that failed
constexpr int kEver = std::numeric_limits<int>::max();
constexpr std::int64_t kServedWithinMs = 100;
constexpr std::int64_t kPastAllDeadlinesMs = 100'000;  // as they are by default

template <typename Counts>
std::uint64_t Sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

TestReactor& FaultyRun::Start(AnyHandler handler, const Limits& limits,
                              const SharedListeners& shared) {
  reactor_ = std::make_unique<TestReactor>(std::move(handler), limits, shared);
  FaultySyscalls& syscalls = reactor_->syscalls();
  syscalls.DontWait();
  if (!fault_.has_value()) {
    syscalls.Record();
  } else {
    before_ = syscalls.Count(fault_->call);
    syscalls.Fail(fault_->call, fault_->error, fault_->skip, fault_->lasts ? kEver : 1);
  }
  return *reactor_;
}

void FaultyRun::Run() {
  const FaultySyscalls& syscalls = reactor_->syscalls();
  int quiet = 0;
  for (int turn = 0; turn < kManyTurns && quiet < kQuietTurns; ++turn) {
    reactor_->reactor().RunOnce(-1);
    if (reactor_->reactor().finished()) return;
    const bool waits = syscalls.last_wait_ms() != 0 && syscalls.last_events() <= 0;
    quiet = waits ? quiet + 1 : 0;
  }
  if (quiet == kQuietTurns) return;
  ADD_FAILURE() << "it spins";
}

void FaultyRun::AdvanceMs(std::int64_t ms) {
  reactor_->clock().AdvanceMs(ms);
  Run();
}

void FaultyRun::Finish() {
  FaultySyscalls& syscalls = reactor_->syscalls();
  if (!fault_.has_value()) calls_ = syscalls.record();
  if (fault_.has_value()) {
    EXPECT_GT(syscalls.Count(fault_->call), before_ + static_cast<std::uint64_t>(fault_->skip));
  }
  syscalls.Heal();
  AdvanceMs(kServedWithinMs);
  if (!next_client_.empty()) ExpectNextClientServed();
  for (int i = 0; i < 4; ++i) AdvanceMs(kPastAllDeadlinesMs);
  ExpectNothingLeft();
}

void FaultyRun::ExpectNextClientServed() {
  TestClient client = reactor_->ConnectTcp();
  client.Send(next_client_);
  Run();
  EXPECT_THAT(client.Take(), testing::StartsWith("HTTP/1.1 200 "));
}

void FaultyRun::ExpectNothingLeft() {
  const ReactorStats stats = reactor_->Stats();
  EXPECT_EQ(stats.connections_active, 0u);
  EXPECT_EQ(stats.connections_idle, 0u);
  EXPECT_EQ(stats.responses_pending, 0u);
  EXPECT_EQ(stats.buffered_bytes, 0u);
  EXPECT_EQ(reactor_->open_connections(), 0u);
  EXPECT_EQ(reactor_->admission().addresses.size(), 0u);
  EXPECT_EQ(reactor_->Count(Counter::kConnectionsAccepted),
            Sum(stats.connections_closed) + Sum(stats.connections_refused));
}

}  // namespace weir::test
