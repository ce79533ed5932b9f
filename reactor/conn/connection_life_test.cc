// Each step of the life cycle, taken by a real connection; and what an end is counted as.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/conn/connection.h"
#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using S = ConnectionState;
using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kLastGet[] = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
constexpr char kLaterGet[] = "GET /later HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kSwitch[] =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
constexpr char kHalfHead[] = "GET / HT";
constexpr char kHalfContent[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab";
constexpr char kHalfChunk[] =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab";
constexpr char kNonsense[] = "\x01";

Limits ServingOthersToo() {
  Limits limits;
  limits.proxy_protocol = 2;
  return limits;
}

// One connection, of a balancer or not, and its handler, which answers "/later" when the test does.
class Life {
 public:
  explicit Life(bool balancer)
      : reactor_(
            [this](const Request& request, ResponseWriter response) {
              if (request.target() == "/later") {
                later_ = std::move(response);
              } else if (OffersUpgrade(request, "echo")) {
                response.Upgrade("echo", {}, [](HandedOver) {});
              } else {
                response.Send(200, "", "hello");
              }
            },
            ServingOthersToo(), {nullptr, 0, 0, {"127.0.0.1"}}),
        client_(balancer ? reactor_.ConnectTcp() : reactor_.Connect()) {
    reactor_.Tick();
  }

  void Say(std::string_view bytes) {
    client_.Send(bytes);
    reactor_.Tick();
  }
  void SayWithFault(std::string_view bytes, Call call, int error) {
    reactor_.syscalls().Fail(call, error);
    Say(bytes);
  }
  void Leave() {
    client_.Close();
    reactor_.Tick();
  }
  TestReactor& reactor() { return reactor_; }
  TestClient& client() { return client_; }

 private:
  ResponseWriter later_;
  TestReactor reactor_;
  TestClient client_;
};

struct Step {
  S from;
  S to;
  std::function<void(Life*)> take;
  bool balancer = false;
};

void Wait(Life* life) { life->reactor().AdvanceMs(1'000'000); }

std::vector<Step> StepsFromIdle() {
  return {
      {S::kClosed, S::kIdle, [](Life*) {}},
      {S::kIdle, S::kReadingHead, [](Life* it) { it->Say(kHalfHead); }},
      {S::kIdle, S::kReadingContent, [](Life* it) { it->Say(kHalfContent); }},
      {S::kIdle, S::kHandling, [](Life* it) { it->Say(kGet); }},
      {S::kIdle, S::kClosing, [](Life* it) { it->Say(kNonsense); }},
      {S::kIdle, S::kFailed, [](Life* it) { it->SayWithFault(kGet, Call::kRecv, EIO); }},
      {S::kIdle, S::kClosed, Wait},
  };
}

std::vector<Step> StepsFromReading() {
  return {
      {S::kReadingHead, S::kReadingContent,
       [](Life* it) {
         (it->Say({kHalfContent, 9}), it->Say(kHalfContent + 9));
       }},
      {S::kReadingHead, S::kHandling, [](Life* it) { (it->Say(kHalfHead), it->Say(kGet + 8)); }},
      {S::kReadingHead, S::kClosing, [](Life* it) { (it->Say(kHalfHead), it->Say(kNonsense)); }},
      {S::kReadingHead, S::kFailed,
       [](Life* it) { (it->Say(kHalfHead), it->SayWithFault("T", Call::kRecv, EIO)); }},
      {S::kReadingHead, S::kClosed, [](Life* it) { (it->Say(kHalfHead), it->Leave()); }},
      {S::kReadingContent, S::kHandling, [](Life* it) { (it->Say(kHalfContent), it->Say("cd")); }},
      {S::kReadingContent, S::kClosing, [](Life* it) { (it->Say(kHalfChunk), it->Say("cdX")); }},
      {S::kReadingContent, S::kFailed,
       [](Life* it) { (it->Say(kHalfContent), it->SayWithFault("c", Call::kRecv, EIO)); }},
      {S::kReadingContent, S::kClosed, [](Life* it) { (it->Say(kHalfContent), it->Leave()); }},
  };
}

std::vector<Step> StepsOfBalancers() {
  return {
      {S::kClosed, S::kReadingProxy, [](Life*) {}, true},
      {S::kReadingProxy, S::kIdle, [](Life* it) { it->Say("PROXY UNKNOWN\r\n"); }, true},
      {S::kReadingProxy, S::kClosing, [](Life* it) { (it->client().CloseWrite(), it->Say("")); },
       true},
      {S::kReadingProxy, S::kFailed, [](Life* it) { it->Say(kGet); }, true},
      {S::kReadingProxy, S::kClosed, Wait, true},
  };
}

std::vector<Step> StepsFromHandling() {
  return {
      {S::kHandling, S::kIdle, [](Life* it) { it->Say(kGet); }},
      {S::kHandling, S::kClosing, [](Life* it) { it->Say(kLastGet); }},
      {S::kHandling, S::kFailed, [](Life* it) { (it->Say(kLaterGet), it->Leave()); }},
      {S::kHandling, S::kHandingOver, [](Life* it) { it->Say(kSwitch); }},
      {S::kHandingOver, S::kFailed,
       [](Life* it) { it->SayWithFault(kSwitch, Call::kSend, EPIPE); }},
      {S::kHandingOver, S::kClosed, [](Life* it) { it->Say(kSwitch); }},
      {S::kClosing, S::kLingering, [](Life* it) { it->Say(kNonsense); }},
      {S::kClosing, S::kFailed, [](Life* it) { it->SayWithFault(kLastGet, Call::kSend, EPIPE); }},
      {S::kClosing, S::kClosed, [](Life* it) { it->Say(kLastGet); }},
      {S::kLingering, S::kClosed, [](Life* it) { (it->Say(kNonsense), Wait(it)); }},
      {S::kFailed, S::kClosed, [](Life* it) { it->SayWithFault(kGet, Call::kRecv, EIO); }},
  };
}

std::vector<Step> AllSteps() {
  std::vector<Step> steps = StepsFromIdle();
  for (const auto& more : {StepsFromReading(), StepsOfBalancers(), StepsFromHandling()}) {
    steps.insert(steps.end(), more.begin(), more.end());
  }
  return steps;
}

TEST(ConnectionLifeTest, TakesEachStep) {
  TransitionLog taken;
  for (const Step& step : AllSteps()) {
    Life life(step.balancer);
    step.take(&life);
    EXPECT_TRUE(life.reactor().transitions().Saw(step.from, step.to))
        << Name(step.from) << " --> " << Name(step.to);
    taken.Add(step.from, step.to);
  }
  for (std::size_t i = 0; i < kConnectionStateCount * kConnectionStateCount; ++i) {
    const auto from = static_cast<S>(i / kConnectionStateCount);
    const auto to = static_cast<S>(i % kConnectionStateCount);
    EXPECT_EQ(MayFollow(from, to), taken.Saw(from, to)) << Name(from) << " --> " << Name(to);
  }
}

TEST(ConnectionLifeTest, EachEndHasOneReason) {
  for (const Step& step : AllSteps()) {
    Life life(step.balancer);
    step.take(&life);
    life.client().Close();
    life.reactor().Tick(3);
    const auto closed = life.reactor().Stats().connections_closed;
    EXPECT_EQ(std::accumulate(closed.begin(), closed.end(), std::uint64_t{0}), 1u)
        << Name(step.from) << " --> " << Name(step.to);
    EXPECT_EQ(life.reactor().Stats().connections_active, 0u);
    EXPECT_EQ(life.reactor().Stats().responses_pending, 0u);
  }
}

// What a connection costs while it is idle: the target of all connections is 300 bytes with what
// the table and the allocator add. Let it grow for a good reason only.
TEST(ConnectionLifeTest, IsSmall) { EXPECT_LE(sizeof(Connection), 200u); }

}  // namespace
}  // namespace weir
