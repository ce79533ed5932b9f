// Reactors that a test steps: one's handler blocks, and inside it the others go on.
#include "weir/reactor/watch/stall_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kBlock[] = "GET /block HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::int64_t kMs = 1'000'000;

test::SharedListeners Of(ReuseportGroup* group, std::uint16_t port,
                         const std::shared_ptr<Listener::OpenCount>& open_count) {
  test::SharedListeners shared;
  shared.group = group;
  shared.port = port;
  shared.open_count = open_count;
  return shared;
}

// Three reactors of one group, stepped by hand. While the first is in Stall, its turn goes on.
class StallWatchTest : public testing::Test {
 protected:
  StallWatchTest() : stalls_({&first_.reactor(), &second_.reactor(), &third_.reactor()}) {}

  // Has the first reactor serve a request whose handler does this.
  void Stall(std::function<void()> meanwhile) {
    meanwhile_ = std::move(meanwhile);
    TestClient client = first_.Connect();
    client.Send(kBlock);
    first_.Tick();
    EXPECT_EQ(meanwhile_, nullptr) << "the handler ran";
    first_.Tick();
    EXPECT_THAT(client.Take(), HasSubstr("hello"));
  }

  // A look of the watcher, `ms` later.
  std::int64_t Look(std::int64_t ms = 0) {
    first_.clock().AdvanceMs(ms);
    const WatchThread::Again next = stalls_.Look(first_.clock().MonotonicNs(), limits_);
    slack_ = next.slack;
    return next.after.count();
  }

  // Connects until `count` wait for the first reactor; what the kernel gives the others is theirs.
  void Queue(std::uint32_t count) {
    while (Waiting() < count) {
      clients_.push_back(first_.ConnectTcp());
      clients_.back().Send(kGet);
    }
  }
  std::uint32_t Waiting() { return first_.Stats().accept_queue.depth; }
  std::uint64_t Rescued(TestReactor* reactor) {
    return reactor->Count(Counter::kConnectionsRescued);
  }
  void TickPeers() {
    for (TestReactor* const peer : {&second_, &third_}) peer->Tick(2);
  }
  void ExpectAllAnswered() {
    first_.Tick(3);
    TickPeers();
    for (TestClient& client : clients_) EXPECT_THAT(client.Take(), HasSubstr("hello"));
  }

  Limits limits_;
  std::chrono::nanoseconds slack_{};  // of the last look
  std::function<void()> second_meanwhile_;
  ReuseportGroup group_{Syscalls::System()};
  std::shared_ptr<Listener::OpenCount> open_count_ = std::make_shared<Listener::OpenCount>(0);
  TestReactor first_{[this](const Request& request, ResponseWriter response) {
                       if (request.target() == "/block") std::exchange(meanwhile_, nullptr)();
                       response.Send(200, "", "hello");
                     },
                     Limits(), Of(&group_, 0, open_count_)};
  TestReactor second_{[this](const Request& request, ResponseWriter response) {
                        if (request.target() == "/block") second_meanwhile_();
                        response.Send(200, "", "hello");
                      },
                      Limits(), Of(&group_, first_.port(), open_count_)};
  TestReactor third_{
      [](const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }, Limits(),
      Of(&group_, first_.port(), open_count_)};
  std::vector<TestClient> clients_;

 private:
  std::function<void()> meanwhile_;
  StallWatch stalls_;
};

TEST_F(StallWatchTest, PeersTakeWhatWaitsForAStalledReactor) {
  Stall([this] {
    Queue(10);
    EXPECT_EQ(Look(4), 1 * kMs) << "when the turn is due to be a stall";
    TickPeers();
    EXPECT_EQ(Waiting(), 10u);
    EXPECT_FALSE(first_.Stats().accept_queue.lent);
    Look(1);
    EXPECT_TRUE(first_.Stats().accept_queue.lent);
    TickPeers();
    EXPECT_EQ(Waiting(), 0u);
    EXPECT_EQ(Rescued(&second_) + Rescued(&third_), 10u);
    EXPECT_EQ(first_.Stats().accept_queue.taken_by_peers, 10u);
    Queue(3);  // and what comes later
    TickPeers();
    EXPECT_EQ(Waiting(), 0u);
  });
  Look();
  EXPECT_FALSE(first_.Stats().accept_queue.lent);
  Queue(2);
  TickPeers();
  EXPECT_EQ(Waiting(), 2u) << "the owner is back";
  ExpectAllAnswered();
  EXPECT_EQ(Rescued(&second_) + Rescued(&third_), 13u);
  EXPECT_EQ(first_.Count(Counter::kStalls), 1u);
  EXPECT_EQ(Rescued(&first_), 0u);
}

TEST_F(StallWatchTest, TheNextLookMayBeEarlyAndNeverLate) {
  Look();
  EXPECT_EQ(slack_, std::chrono::microseconds(1250));
  Stall([this] {
    EXPECT_EQ(Look(2), 3 * kMs);
    EXPECT_EQ(slack_, std::chrono::microseconds(1250)) << "2 ms are not half of 5";
    EXPECT_EQ(Look(1), 2 * kMs);
    EXPECT_EQ(slack_, std::chrono::nanoseconds(0)) << "neither early now";
    Look(5);
    EXPECT_EQ(slack_, std::chrono::microseconds(1250)) << "it is found already";
  });
  Look();
}

TEST_F(StallWatchTest, ATurnWithinTheThresholdIsNoStall) {
  EXPECT_EQ(Look(), 5 * kMs);
  first_.clock().AdvanceMs(1000);
  EXPECT_EQ(Look(), 5 * kMs) << "waiting for events is no turn";
  limits_.stall_threshold_ms = 300;
  Stall([this] {
    EXPECT_EQ(Look(299), 1 * kMs);
    EXPECT_FALSE(first_.Stats().accept_queue.lent);
  });
  EXPECT_EQ(first_.Count(Counter::kStalls), 0u);
}

TEST_F(StallWatchTest, PeersKeepToTheirBudget) {
  for (TestReactor* const peer : {&second_, &third_}) {
    peer->SetLimits([](Limits* changed) { changed->accept_budget_per_tick = 2; });
  }
  Stall([this] {
    Queue(7);
    Look(5);
    second_.Tick();
    EXPECT_EQ(Rescued(&second_), 2u);
    third_.Tick();
    EXPECT_EQ(Rescued(&third_), 2u);
    second_.Tick();
    EXPECT_EQ(Rescued(&second_), 4u);
    third_.Tick();
    EXPECT_EQ(Rescued(&third_), 3u);
  });
  second_.Tick(40);
  third_.Tick(40);
  ExpectAllAnswered();
}

// They are connections of the same listener, whoever accepts them.
TEST_F(StallWatchTest, PeersKeepToTheMaximumOfTheListener) {
  for (TestReactor* const each : {&first_, &second_, &third_}) {
    each->SetLimits([](Limits* changed) {
      changed->max_connections_per_listener = 5;
      changed->overload_action = static_cast<std::uint64_t>(OverloadAction::kQueue);
    });
  }
  Stall([this] {
    Queue(4);
    TickPeers();  // what is their own
    const std::uint64_t before = open_count_->load();
    Look(5);
    TickPeers();
    EXPECT_LE(before, 5u);
    EXPECT_EQ(open_count_->load(), std::min<std::uint64_t>(before + 4, 5));
    EXPECT_EQ(open_count_->load(), first_.open_at(0) + second_.open_at(0) + third_.open_at(0));
  });
  clients_.clear();
  for (int i = 0; i < 4; ++i) {
    for (TestReactor* const each : {&first_, &second_, &third_}) {
      each->AdvanceMs(100);
      each->Tick(3);
    }
  }
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_EQ(open_count_->load(), 0u);
}

TEST_F(StallWatchTest, SteersNewConnectionsAwayFromALongStall) {
  Stall([this] {
    Look(99);
    EXPECT_FALSE(first_.Stats().accept_queue.steered_away);
    Look(1);
    EXPECT_TRUE(first_.Stats().accept_queue.steered_away);
    EXPECT_EQ(group_.state().taking, 2u);
    for (int i = 0; i < 40; ++i) {
      clients_.push_back(first_.ConnectTcp());
      clients_.back().Send(kGet);
    }
    EXPECT_EQ(Waiting(), 0u);
  });
  Look();
  EXPECT_FALSE(first_.Stats().accept_queue.steered_away);
  EXPECT_EQ(group_.state().taking, 3u);
  Queue(1);
  ExpectAllAnswered();
}

// A peer without descriptors does not spin, and is asked again.
TEST_F(StallWatchTest, APeerWithoutDescriptorsLeavesItToOthers) {
  Stall([this] {
    Queue(4);
    TickPeers();  // they have accepted what is their own
    first_.syscalls().Fail(Call::kAccept4, EMFILE);
    Look(5);
    second_.Tick();
    EXPECT_EQ(Rescued(&second_), 0u);
    EXPECT_EQ(second_.Count(Counter::kAcceptPauses), 1u);
    Look();  // lends it again
    second_.Tick(10);
    EXPECT_EQ(Rescued(&second_), 0u) << "while it pauses";
    third_.Tick();
    EXPECT_EQ(Rescued(&third_), 4u);
    Queue(2);
    second_.AdvanceMs(Acceptor::kPauseMs + 8);
    Look();
    second_.Tick();
    EXPECT_EQ(Rescued(&second_), 2u);
  });
  ExpectAllAnswered();
}

TEST_F(StallWatchTest, AStalledPeerIsLentNothing) {
  Stall([this] {
    Queue(4);
    second_meanwhile_ = [this] {
      third_.Tick();
      Look(5);  // two are stalled, and the third is not
    };
    TestClient client = second_.Connect();
    client.Send(kBlock);
    second_.Tick();
    EXPECT_EQ(second_.Count(Counter::kStalls), 1u);
    second_.Tick(3);
    EXPECT_EQ(Rescued(&second_), 0u);
    EXPECT_EQ(Waiting(), 4u);
    third_.Tick();
    EXPECT_EQ(Rescued(&third_), 4u);
  });
  ExpectAllAnswered();
}

TEST_F(StallWatchTest, ANewTurnIsANewStall) {
  Stall([this] { Look(5); });
  Stall([this] {
    first_.clock().AdvanceMs(7);
    Look();
    EXPECT_EQ(first_.Count(Counter::kStalls), 2u);
    EXPECT_TRUE(first_.Stats().accept_queue.lent);
  });
  Look();
  EXPECT_FALSE(first_.Stats().accept_queue.lent);
}

// The owner drains while peers take from its queue: none is lost.
TEST_F(StallWatchTest, TheOwnerMayCloseWhileItIsLent) {
  Stall([this] {
    Queue(5);
    Look(5);
    first_.reactor().RequestDrain(10'000);
  });
  first_.Tick(4);
  EXPECT_TRUE(first_.reactor().finished());
  EXPECT_FALSE(first_.Stats().accept_queue.lent);
  TickPeers();  // what the kernel told them of before the close
  Look();
  ExpectAllAnswered();
  EXPECT_EQ(first_.Count(Counter::kDrainQueueCut), 0u);
}

TEST_F(StallWatchTest, APeerMayEndWhileItIsLentTo) {
  Stall([this] {
    Look(5);
    second_.reactor().RequestDrain(10'000);
    second_.Tick(4);
    EXPECT_TRUE(second_.reactor().finished());
    Queue(5);  // a connection that wakes nobody there
    third_.Tick(2);
    EXPECT_EQ(Rescued(&third_), 5u);
    Look();
  });
  Look();
  ExpectAllAnswered();
}

// What waits at the deadline of a drain is counted as lost, and then nobody takes it.
TEST_F(StallWatchTest, WhatIsCutIsNotTaken) {
  Stall([this] {
    Queue(5);
    Look(5);
    first_.syscalls().Fail(Call::kAccept4, EMFILE, 0, 1000);
    first_.reactor().RequestDrain(first_.clock().MonotonicNs() / kMs);
  });
  first_.Tick();
  EXPECT_TRUE(first_.reactor().finished());
  TickPeers();
  EXPECT_EQ(first_.Count(Counter::kDrainQueueCut), 5u);
  EXPECT_EQ(Rescued(&second_) + Rescued(&third_), 0u);
}

// Also those that begin and end between two looks.
TEST(StallWatchAloneTest, OneReactorCountsItsStallsItself) {
  std::int64_t takes_ms = 0;
  TestReactor* clock_of = nullptr;
  TestReactor only([&](const Request&, ResponseWriter response) {
    clock_of->clock().AdvanceMs(takes_ms);
    response.Send(200, "", "hello");
  });
  clock_of = &only;
  StallWatch stalls({&only.reactor()});
  EXPECT_GT(stalls.Look(only.clock().MonotonicNs(), Limits()).after, std::chrono::seconds(10))
      << "it must not decide when the next look at anything is";
  TestClient client = only.Connect();
  std::uint64_t counted = 0;
  for (const std::int64_t ms : {0, 4, 5, 500}) {
    takes_ms = ms;
    client.Send(kGet);
    only.Tick();
    EXPECT_THAT(client.Take(), HasSubstr("hello"));
    if (ms >= 5) ++counted;
    EXPECT_EQ(only.Count(Counter::kStalls), counted) << ms;
    only.clock().AdvanceMs(1000);  // waiting for events is no turn
    only.Tick();
  }
  EXPECT_EQ(only.Count(Counter::kStalls), 2u);
}

}  // namespace
}  // namespace weir
