// Connections of balancers, which begin with a PROXY header.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using std::string_literals::operator""s;
using test::TestClient;
using test::TestReactor;
using testing::EndsWith;
using testing::StartsWith;

constexpr char kLine[] = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kBlock = "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24"s + std::string(15, '\0') + "\x01" +
                           std::string(16, '\0') + "\x12\x34\0\x50"s;  // from [::1]:4660
const std::string kLocal = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;

void TellClient(const Request& request, ResponseWriter response) {
  const bool same = request.client().ToString() == request.peer().ToString();
  response.Send(200, "", same ? "the peer" : request.client().ToString());
}

// A reactor whose listener has this host for a balancer.
class ProxiedTest : public testing::Test {
 protected:
  std::string Ask(std::string_view bytes) {
    TestClient client = reactor_.ConnectTcp();
    reactor_.Tick();
    client.Send(bytes);
    reactor_.Tick(2);
    return client.Take();
  }
  std::uint64_t Errors(ProxyError error) {
    return reactor_.Stats().proxy_errors[static_cast<std::size_t>(error)];
  }

  TestReactor reactor_{TellClient, Limits(), {nullptr, 0, 0, {"127.0.0.0/8"}}};
};

TEST_F(ProxiedTest, TellsTheHandlerWhomTheBalancerRelays) {
  EXPECT_THAT(Ask(std::string(kLine) + kGet), EndsWith("\r\n\r\n192.0.2.1:56324"));
  EXPECT_THAT(Ask(kBlock + kGet), EndsWith("\r\n\r\n[::1]:4660"));
  EXPECT_EQ(reactor_.Count(Counter::kProxyHeaders), 2u);
}

TEST_F(ProxiedTest, HoldsForAllRequestsOfTheConnection) {
  TestClient client = reactor_.ConnectTcp();
  client.Send(std::string(kLine) + kGet);
  reactor_.Tick(2);
  EXPECT_THAT(client.Take(), EndsWith("192.0.2.1:56324"));
  client.Send(kGet);
  reactor_.Tick();
  EXPECT_THAT(client.Take(), EndsWith("192.0.2.1:56324"));
  EXPECT_EQ(reactor_.Count(Counter::kProxyHeaders), 1u);
}

TEST_F(ProxiedTest, ALaterConnectionOfTheSlotHasItsOwn) {
  EXPECT_THAT(Ask(std::string(kLine) + kGet), EndsWith("192.0.2.1:56324"));
  reactor_.Tick();
  EXPECT_THAT(Ask(kLocal + kGet), EndsWith("\r\n\r\nthe peer"));
}

TEST_F(ProxiedTest, WithoutAddressesThePeerIsTheClient) {
  EXPECT_THAT(Ask("PROXY UNKNOWN\r\n"s + kGet), EndsWith("\r\n\r\nthe peer"));
  EXPECT_THAT(Ask(kLocal + kGet), EndsWith("\r\n\r\nthe peer"));
}

TEST_F(ProxiedTest, TakesItInAnyPieces) {
  for (const std::string& header : {std::string(kLine), kBlock}) {
    const std::string whole = header + kGet;
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      TestClient client = reactor_.ConnectTcp();
      reactor_.Tick();
      client.Send(whole.substr(0, cut));
      reactor_.Tick();
      client.Send(whole.substr(cut));
      reactor_.Tick();
      EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 ")) << cut;
    }
    TestClient slow = reactor_.ConnectTcp();
    for (const char c : whole) {
      slow.Send(std::string(1, c));
      reactor_.Tick();
    }
    EXPECT_THAT(slow.Take(), StartsWith("HTTP/1.1 200 "));
  }
}

TEST_F(ProxiedTest, ClosesWithoutAnAnswerWhatIsNoHeader) {
  TestClient client = reactor_.ConnectTcp();
  client.Send("PROXY TCP4 192.0.2.1 198.51.100.2 56324 99999\r\n"s + kGet);
  reactor_.Tick(2);
  EXPECT_EQ(client.Take(), "");
  EXPECT_TRUE(client.closed_by_server() || client.reset_by_server());
  EXPECT_EQ(reactor_.Count(CloseReason::kProxyHeader), 1u);
  EXPECT_EQ(Errors(ProxyError::kPort), 1u);
  EXPECT_EQ(reactor_.Stats().last_proxy_error, ProxyError::kPort);
  EXPECT_EQ(reactor_.Stats().last_proxy_error_offset, 40u);
  EXPECT_EQ(reactor_.Count(Counter::kRequests), 0u);
}

TEST_F(ProxiedTest, RequiresTheHeader) {
  EXPECT_EQ(Ask(kGet), "");
  EXPECT_EQ(Errors(ProxyError::kSignature), 1u);
  EXPECT_EQ(reactor_.Count(CloseReason::kProxyHeader), 1u);
}

TEST_F(ProxiedTest, CountsForTheClientThatTheHeaderNames) {
  reactor_.SetLimits([](Limits* limits) { limits->max_connections_per_address = 2; });
  std::vector<TestClient> open;
  for (const std::string& header : {std::string(kLine), std::string(kLine), kBlock, kLocal}) {
    open.push_back(reactor_.ConnectTcp());
    open.back().Send(header + kGet);
    reactor_.Tick(2);
    EXPECT_THAT(open.back().Take(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(reactor_.admission().addresses.size(), 2u);  // kLocal names nobody
  const std::string answer = Ask(std::string(kLine) + kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, testing::HasSubstr("\r\nRetry-After: "));
  EXPECT_THAT(answer, testing::HasSubstr("max_connections_per_address\n"));
  EXPECT_THAT(Ask(kBlock + kGet), StartsWith("HTTP/1.1 200 "));  // another client's second
  reactor_.Tick(2);
  EXPECT_EQ(reactor_.Count(CloseReason::kMaxConnectionsPerAddress), 1u);
  open[0].Close();
  reactor_.Tick(2);
  EXPECT_THAT(Ask(std::string(kLine) + kGet), StartsWith("HTTP/1.1 200 "));
  open.clear();
  reactor_.Tick(3);
  EXPECT_EQ(reactor_.admission().addresses.size(), 0u);
  EXPECT_EQ(reactor_.Stats().connections_active, 0u);
}

TEST_F(ProxiedTest, ResetsAClientsConnectionsBeyondTheLimitIfThatIsTheAction) {
  reactor_.SetLimits([](Limits* limits) {
    limits->max_connections_per_address = 1;
    limits->overload_action = static_cast<std::uint64_t>(OverloadAction::kReset);
  });
  TestClient first = reactor_.ConnectTcp();
  first.Send(kLine);
  reactor_.Tick(2);
  TestClient second = reactor_.ConnectTcp();
  second.Send(std::string(kLine) + kGet);
  reactor_.Tick(2);
  second.Receive();
  EXPECT_TRUE(second.reset_by_server());
  EXPECT_EQ(reactor_.Count(CloseReason::kMaxConnectionsPerAddress), 1u);
  EXPECT_EQ(reactor_.Count(Counter::kRequests), 0u);
}

TEST_F(ProxiedTest, TakesOneHeaderOnly) {
  EXPECT_THAT(Ask(std::string(kLine) + kLine + kGet), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ProxiedTest, ClosesWhatDoesNotComeWholeInTime) {
  for (const std::string_view begun : {"", "PROXY TCP4 192"}) {
    TestClient client = reactor_.ConnectTcp();
    reactor_.Tick();
    client.Send(begun);
    reactor_.Tick();
    const auto before = reactor_.Count(CloseReason::kHeadTimeout);
    reactor_.AdvanceMs(static_cast<std::int64_t>(Limits().head_timeout_ms) - 100);
    EXPECT_EQ(reactor_.Count(CloseReason::kHeadTimeout), before);
    reactor_.AdvanceMs(200);
    EXPECT_EQ(reactor_.Count(CloseReason::kHeadTimeout), before + 1);
    EXPECT_EQ(client.Take(), "");
  }
}

TEST_F(ProxiedTest, TheHeadHasADeadlineOfItsOwn) {
  const auto most = static_cast<std::int64_t>(Limits().head_timeout_ms);
  TestClient client = reactor_.ConnectTcp();
  reactor_.Tick();
  reactor_.AdvanceMs(most - 100);
  client.Send(std::string(kLine) + "GET / HT");
  reactor_.Tick();
  reactor_.AdvanceMs(most - 100);
  client.Send("TP/1.1\r\nHost: h\r\n\r\n");
  reactor_.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ProxiedTest, ALongHeaderIsRefusedByTheLimit) {
  reactor_.SetLimits([](Limits* limits) { limits->max_proxy_header_bytes = 232; });
  reactor_.Tick();
  const std::string start = "\r\n\r\n\0\r\nQUIT\n\x20\0\0"s;
  EXPECT_THAT(Ask(start + "\xd8" + std::string(216, 'x') + kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Ask(start + "\xd9" + std::string(217, 'x') + kGet), "");
  EXPECT_EQ(Errors(ProxyError::kTooLong), 1u);
}

TEST_F(ProxiedTest, AHealthCheckThatOnlyConnectsIsNoError) {
  TestClient client = reactor_.ConnectTcp();
  reactor_.Tick();
  client.Close();
  reactor_.Tick();
  EXPECT_EQ(reactor_.Count(CloseReason::kClientClosed), 1u);
  TestClient begun = reactor_.ConnectTcp();
  begun.Send("PROXY");
  reactor_.Tick(2);
  begun.Close();
  reactor_.Tick();
  EXPECT_EQ(reactor_.Count(CloseReason::kClientAborted), 1u);
}

TEST_F(ProxiedTest, ADrainDoesNotWaitForAHeaderThatHasNotBegun) {
  TestClient client = reactor_.ConnectTcp();
  reactor_.Tick();
  reactor_.reactor().RequestDrain(10'000);
  reactor_.Tick(2);
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(reactor_.Count(CloseReason::kDrained), 1u);
}

TEST_F(ProxiedTest, MayBeSwitchedOffLive) {
  TestClient before = reactor_.ConnectTcp();
  reactor_.Tick();
  reactor_.SetLimits([](Limits* limits) { limits->proxy_protocol = 0; });
  reactor_.Tick();
  EXPECT_THAT(Ask(kGet), EndsWith("\r\n\r\nthe peer"));
  EXPECT_THAT(Ask(std::string(kLine) + kGet), StartsWith("HTTP/1.1 400 "));
  before.Send(std::string(kLine) + kGet);  // it applies to the next connection
  reactor_.Tick();
  EXPECT_THAT(before.Take(), StartsWith("HTTP/1.1 200 "));
  reactor_.SetLimits([](Limits* limits) { limits->proxy_protocol = 1; });
  reactor_.Tick();
  EXPECT_EQ(Ask(kGet), "");
}

class UntrustedTest : public ProxiedTest {
 protected:
  UntrustedTest() {
    test::SharedListeners shared;
    shared.proxies = {"192.0.2.0/24", "::1"};
    elsewhere_ = std::make_unique<TestReactor>(TellClient, Limits(), shared);
  }
  std::string AskElsewhere(std::string_view bytes) {
    TestClient client = elsewhere_->ConnectTcp();
    client.Send(bytes);
    elsewhere_->Tick(2);
    return client.Take();
  }
  std::unique_ptr<TestReactor> elsewhere_;
};

TEST_F(UntrustedTest, WhoIsNoBalancerIsRefused) {
  EXPECT_EQ(AskElsewhere(std::string(kLine) + kGet), "");
  EXPECT_EQ(AskElsewhere(kGet), "");
  EXPECT_EQ(elsewhere_->Count(RefuseReason::kProxyUntrusted), 2u);
  EXPECT_EQ(elsewhere_->open_connections(), 0u);
  EXPECT_EQ(elsewhere_->Count(Counter::kRequests), 0u);
}

TEST_F(UntrustedTest, OrServedWithoutThatItsHeaderIsBelieved) {
  elsewhere_->SetLimits([](Limits* limits) { limits->proxy_protocol = 2; });
  elsewhere_->Tick();
  EXPECT_THAT(AskElsewhere(kGet), EndsWith("\r\n\r\nthe peer"));
  EXPECT_THAT(AskElsewhere(std::string(kLine) + kGet), StartsWith("HTTP/1.1 400 "));
  reactor_.SetLimits([](Limits* limits) { limits->proxy_protocol = 2; });
  reactor_.Tick();
  EXPECT_EQ(Ask(kGet), "") << "a balancer must send it in this mode too";
}

TEST(ProxiedListenerTest, WithoutBalancersNothingChanges) {
  TestReactor reactor(TellClient);
  TestClient client = reactor.ConnectTcp();
  client.Send(std::string(kLine) + kGet);
  reactor.Tick(2);
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(reactor.Count(Counter::kProxyHeaders), 0u);
}

}  // namespace
}  // namespace weir
