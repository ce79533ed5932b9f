#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "weir/reactor/faults/scenarios.h"

namespace weir::test {
namespace {

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr int kClients = 3;
constexpr std::int64_t kPastAllDeadlinesMs = 100'000;  // as they are by default

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

template <typename Counts>
std::uint64_t Sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// Two reactors, of which one is stalled, which is to say that nobody steps it, and the other
// accepts for it. The calls of one of them fail.
class TwoReactors {
 public:
  TwoReactors(FaultyRun* run, bool of_owner) : run_(run), shared_{Shared()} {
    TestReactor* const faulty = &run->Start(Hello, Limits(), shared_);
    owner_ = of_owner ? faulty : &sound_;
    peer_ = of_owner ? &sound_ : faulty;
    clients_ = owner_->ConnectMany(kClients, kGet);
  }

  // Two looks of who watches, and what the peer does then.
  void Lend() {
    for (int i = 0; i < 2; ++i) {
      owner_->reactor().LendTo(&peer_->reactor());
      Step(peer_);
    }
  }
  void TakeBack() { owner_->reactor().TakeBackFrom(&peer_->reactor()); }
  void Step(TestReactor* reactor) {
    if (reactor != &sound_) return run_->Run();
    sound_.Tick(3);
    sound_.AdvanceMs(100);
  }
  TestReactor* owner() { return owner_; }
  TestReactor* peer() { return peer_; }

  // Each client has come in once, was counted once where it came, and has left nothing.
  void Finish(std::uint64_t later_clients) {
    TakeBack();
    for (TestReactor* const each : {owner_, peer_}) Step(each);
    clients_.clear();
    run_->Finish();
    for (int i = 0; i < 4; ++i) sound_.AdvanceMs(kPastAllDeadlinesMs);
    const ReactorStats sound = sound_.Stats();
    EXPECT_EQ(sound.connections_active, 0u);
    EXPECT_EQ(sound_.open_connections(), 0u);
    EXPECT_EQ(sound_.Count(Counter::kConnectionsAccepted),
              Sum(sound.connections_closed) + Sum(sound.connections_refused));
    EXPECT_EQ(owner_->Count(Counter::kConnectionsAccepted) +
                  peer_->Count(Counter::kConnectionsAccepted) +
                  owner_->Count(Counter::kDrainQueueCut),
              kClients + later_clients);
    EXPECT_EQ(owner_->Stats().accept_queue.taken_by_peers,
              peer_->Count(Counter::kConnectionsRescued));
    EXPECT_FALSE(owner_->Stats().accept_queue.lent);
    EXPECT_EQ(shared_.open_count->load(), 0u);
  }

 private:
  static SharedListeners Shared() {
    SharedListeners shared;
    shared.open_count = std::make_shared<Listener::OpenCount>(0);
    return shared;
  }

  FaultyRun* const run_;
  const SharedListeners shared_;
  TestReactor sound_{Hello, Limits(), shared_};
  TestReactor* owner_ = nullptr;
  TestReactor* peer_ = nullptr;
  std::vector<TestClient> clients_;
};

void PlayLent(FaultyRun* run, bool of_owner) {
  TwoReactors two(run, of_owner);
  two.Lend();
  two.Finish(1);
}

void LentByOwner(FaultyRun* run) { PlayLent(run, true); }
void LentToPeer(FaultyRun* run) { PlayLent(run, false); }

// The owner closes the listener while it is lent.
void LentDrain(FaultyRun* run) {
  TwoReactors two(run, true);
  run->SetNextClient("");
  two.owner()->reactor().LendTo(&two.peer()->reactor());
  two.owner()->reactor().RequestDrain(10'000);
  run->Run();
  two.Lend();
  run->AdvanceMs(10'000);
  two.Finish(0);
}

}  // namespace

std::vector<Scenario> LentScenarios() {
  return {{"LentByOwner", LentByOwner}, {"LentToPeer", LentToPeer}, {"LentDrain", LentDrain}};
}

}  // namespace weir::test
