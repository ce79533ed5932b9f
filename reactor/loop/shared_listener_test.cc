// Reactors that accept from one Unix socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "weir/reactor/loop/acceptor.h"
#include "weir/reactor/testing/temp_folder.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::SharedListeners;
using test::TempFolder;
using test::TestClient;
using test::TestReactor;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::int64_t kDeadlineMs = 10'000;

void TellPeer(const Request& request, ResponseWriter response) {
  response.Send(200, "", request.peer().ToString());
}

class SharedListenerTest : public testing::Test {
 protected:
  SharedListenerTest() {
    SharedListeners shared;
    auto socket = SharedSocket::Open(Syscalls::System(), path_, 0600);
    EXPECT_TRUE(socket.ok()) << socket.status();
    shared.unix_socket = *std::move(socket);
    first_ = std::make_unique<TestReactor>(TellPeer, Limits(), shared);
    EXPECT_TRUE(shared.unix_socket->Publish().ok());
    second_ = std::make_unique<TestReactor>(TellPeer, Limits(), shared);
  }

  std::vector<TestClient> Connect(int count) {
    std::vector<TestClient> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(TestClient::ConnectUnix(path_));
      clients.back().Send(kGet);
    }
    return clients;
  }
  static ListenerQueue Queue(const TestReactor& reactor) {
    return reactor.Stats().listener_queues.back();
  }
  static void ExpectAnswered(std::vector<TestClient>* clients) {
    for (TestClient& client : *clients) {
      EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
    }
  }

  const TempFolder folder_;
  const std::string path_ = folder_.File("http.sock");
  std::unique_ptr<TestReactor> first_;
  std::unique_ptr<TestReactor> second_;
};

TEST_F(SharedListenerTest, WhicheverTurnsTakesWhatWaits) {
  std::vector<TestClient> clients = Connect(3);
  second_->Tick(2);
  ExpectAnswered(&clients);
  std::vector<TestClient> more = Connect(2);
  first_->Tick(2);
  ExpectAnswered(&more);
  EXPECT_EQ(Queue(*second_).connections_accepted, 3u);
  EXPECT_EQ(Queue(*first_).connections_accepted, 2u);
  second_->Tick(3);
  EXPECT_EQ(second_->Count(Counter::kAcceptFailures), 0u);
}

TEST_F(SharedListenerTest, OneTellsWhatTheQueueIsLike) {
  EXPECT_TRUE(Queue(*first_).shared && Queue(*second_).shared);
  if (Queue(*first_).queue.backlog_effective == 0) GTEST_SKIP() << "this kernel has no unix_diag";
  const std::vector<TestClient> clients = Connect(3);
  EXPECT_EQ(Queue(*first_).queue.depth, 3u);
  EXPECT_EQ(Queue(*second_).queue.depth, 0u);
  second_->Tick(2);
  EXPECT_EQ(Queue(*first_).queue.depth, 0u);
  EXPECT_EQ(Queue(*first_).queue.depth_max, 3u);
}

TEST_F(SharedListenerTest, TheBudgetHolds) {
  first_->SetLimits([](Limits* limits) { limits->accept_budget_per_tick = 2; });
  std::vector<TestClient> clients = Connect(5);
  first_->Tick();
  EXPECT_EQ(Queue(*first_).connections_accepted, 2u);
  first_->Tick(4);
  ExpectAnswered(&clients);
}

TEST_F(SharedListenerTest, PausesForWantOfDescriptorsAndLosesNobody) {
  std::vector<TestClient> clients = Connect(2);
  first_->syscalls().Fail(Call::kAccept4, EMFILE, 0, 1000);
  const std::uint64_t before = first_->syscalls().Count(Call::kAccept4);
  first_->Tick(20);
  EXPECT_EQ(first_->syscalls().Count(Call::kAccept4) - before, 1u);
  EXPECT_EQ(first_->Count(Counter::kAcceptPauses), 1u);
  first_->syscalls().Heal();
  first_->AdvanceMs(Acceptor::kPauseMs + 8);
  first_->Tick(2);
  ExpectAnswered(&clients);
}

TEST_F(SharedListenerTest, GoesOnWhenItCouldNotTakeItsPlaceInTheLine) {
  std::vector<TestClient> clients = Connect(1);
  // After the DEL, and the ADD of the connection.
  first_->syscalls().Fail(Call::kEpollCtl, ENOMEM, 2);
  first_->Tick(2);
  ExpectAnswered(&clients);
  EXPECT_EQ(first_->Count(Counter::kAcceptPauses), 1u);
  std::vector<TestClient> later = Connect(1);
  first_->AdvanceMs(Acceptor::kPauseMs + 8);
  first_->Tick(2);
  ExpectAnswered(&later);
}

TEST_F(SharedListenerTest, ADrainServesWhoWaitsAndRefusesWhoComes) {
  std::vector<TestClient> clients = Connect(3);
  first_->reactor().RequestDrain(kDeadlineMs);
  second_->reactor().RequestDrain(kDeadlineMs);
  second_->Tick(3);
  EXPECT_TRUE(second_->reactor().finished());
  EXPECT_FALSE(TestClient::ConnectUnix(path_).connected());
  first_->Tick(3);
  EXPECT_TRUE(first_->reactor().finished());
  for (TestClient& client : clients) {
    EXPECT_THAT(client.Take(), HasSubstr("\r\nConnection: close\r\n"));
  }
  EXPECT_EQ(first_->Count(Counter::kDrainQueueCut), 0u);
  EXPECT_EQ(second_->Count(Counter::kDrainQueueCut), 0u);
}

TEST_F(SharedListenerTest, ADrainServesMoreThanATickAccepts) {
  std::vector<TestClient> clients = Connect(5 * static_cast<int>(Limits().accept_budget_per_tick));
  for (const auto& reactor : {first_.get(), second_.get()}) {
    reactor->reactor().RequestDrain(kDeadlineMs);
    reactor->Tick(10);
    EXPECT_TRUE(reactor->reactor().finished());
  }
  for (TestClient& client : clients) {
    EXPECT_THAT(client.Take(), HasSubstr("\r\nConnection: close\r\n"));
  }
}

TEST_F(SharedListenerTest, WhatIsCutIsCountedOnce) {
  if (Queue(*first_).queue.backlog_effective == 0) GTEST_SKIP() << "this kernel has no unix_diag";
  const std::vector<TestClient> clients = Connect(3);
  for (const auto& reactor : {first_.get(), second_.get()}) {
    reactor->syscalls().Fail(Call::kAccept4, EMFILE, 0, 1000);
    reactor->reactor().RequestDrain(kDeadlineMs);
    reactor->Tick();
    EXPECT_FALSE(reactor->reactor().finished());
  }
  for (const auto& reactor : {first_.get(), second_.get()}) {
    reactor->AdvanceMs(kDeadlineMs);
    EXPECT_TRUE(reactor->reactor().finished());
  }
  EXPECT_EQ(first_->Count(Counter::kDrainQueueCut), 3u);
  EXPECT_EQ(second_->Count(Counter::kDrainQueueCut), 0u);
}

}  // namespace
}  // namespace weir
