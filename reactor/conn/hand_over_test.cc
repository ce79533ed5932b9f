// Sockets that leave HTTP: after Upgrade and CONNECT.
#include "weir/reactor/hand_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::Call;
using test::TestClient;
using test::TestReactor;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kDate[] = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
constexpr char kGet[] = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kSwitch[] =
    "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: other/1, Echo\r\n\r\n";
constexpr char kConnect[] = "CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n\r\n";

std::ptrdiff_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

// A reactor whose handler switches when asked to, and what the new owner got.
class HandOverTest : public testing::Test {
 protected:
  HandOverTest()
      : reactor_(AnyHandler([this](const Request& request, ResponseWriter response) {
                   Handle(request, std::move(response));
                 }).WithConnect()) {}

  void Handle(const Request& request, ResponseWriter response) {
    if (deferred_wanted_) {
      deferred_ = std::move(response);
    } else if (request.method() == Method::kConnect) {
      status_ = response.OpenTunnel({{"Via", "1.1 w"}}, Owner());
    } else if (OffersUpgrade(request, "echo")) {
      status_ = response.Upgrade("echo", {{"X", "y"}}, Owner());
    } else {
      response.Send(200, "", big_.empty() ? "plain" : big_);
    }
  }
  void AnswerMoreThanTheKernelTakes() {
    big_.assign(4'000'000, 'b');
    reactor_.SetLimits([](Limits* limits) {
      limits->max_pending_output_bytes = 1 << 30;
      limits->min_write_bytes_per_second = 0;
    });
  }
  NewOwner Owner() {
    return [this](HandedOver connection) {
      ++told_;
      owned_ = std::move(connection);
    };
  }
  // As it should be after one connection was handed over.
  void ExpectHandedOver() {
    EXPECT_EQ(told_, 1);
    ASSERT_TRUE(owned_.socket.valid());
    EXPECT_EQ(reactor_.Count(CloseReason::kHandedOver), 1u);
    EXPECT_EQ(reactor_.Stats().connections_active, 0u);
    EXPECT_EQ(reactor_.Stats().responses_pending, 0u);
    EXPECT_EQ(reactor_.open_connections(), 0u);
  }
  void ExpectNotHandedOver(CloseReason reason) {
    EXPECT_EQ(told_, 1);
    EXPECT_FALSE(owned_.socket.valid());
    EXPECT_EQ(reactor_.Count(reason), 1u);
    EXPECT_EQ(reactor_.Count(CloseReason::kHandedOver), 0u);
    EXPECT_EQ(reactor_.Stats().connections_active, 0u);
  }

  std::string big_;
  bool deferred_wanted_ = false;
  ResponseWriter deferred_;
  SendStatus status_ = SendStatus::kAlreadySent;
  int told_ = 0;
  HandedOver owned_;
  TestReactor reactor_;
};

TEST_F(HandOverTest, SwitchesProtocols) {
  TestClient client = reactor_.Connect();
  client.Send(std::string(kSwitch) + "early");
  reactor_.Tick();
  EXPECT_EQ(client.Take(), "HTTP/1.1 101 Switching Protocols\r\n" + std::string(kDate) +
                               "X: y\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  EXPECT_EQ(status_, SendStatus::kOk);
  ExpectHandedOver();
  EXPECT_EQ(owned_.early_bytes, "early");
  EXPECT_EQ(reactor_.Count(Counter::kResponses1xx), 1u);
  EXPECT_EQ(::send(owned_.socket.get(), "hi", 2, 0), 2);
  EXPECT_EQ(client.Take(), "hi");
}

TEST_F(HandOverTest, OpensATunnel) {
  TestClient client = reactor_.Connect();
  client.Send(std::string(kConnect) + "\x16\x03");
  reactor_.Tick();
  EXPECT_EQ(client.Take(), "HTTP/1.1 200 OK\r\n" + std::string(kDate) + "Via: 1.1 w\r\n\r\n");
  ExpectHandedOver();
  EXPECT_EQ(owned_.early_bytes, "\x16\x03");
}

TEST_F(HandOverTest, LeavesTheReactorDeafToTheSocket) {
  TestClient client = reactor_.ConnectTcp();
  client.Send(kSwitch);
  reactor_.Tick(2);
  ExpectHandedOver();
  EXPECT_EQ(owned_.peer.ToString().substr(0, 10), "127.0.0.1:");
  const std::uint64_t reads = reactor_.syscalls().Count(Call::kRecv);
  client.Send(kGet);
  client.CloseWrite();
  reactor_.AdvanceMs(1'000'000);
  EXPECT_EQ(reactor_.syscalls().Count(Call::kRecv), reads);
  char bytes[64];
  EXPECT_EQ(::recv(owned_.socket.get(), bytes, sizeof(bytes), 0),
            static_cast<ssize_t>(sizeof(kGet) - 1));
}

TEST_F(HandOverTest, TakesWhatFollowsForNoRequestAndAnswersWhatCameBefore) {
  for (const std::string request : {kSwitch, kConnect}) {
    told_ = 0;
    const std::uint64_t before = reactor_.Count(Counter::kRequests);
    TestClient client = reactor_.Connect();
    client.Send(kGet + request + kGet + kGet);
    reactor_.Tick();
    const std::string answers = client.Take();
    EXPECT_LT(answers.find("plain"), answers.rfind("HTTP/1.1 "));
    EXPECT_THAT(answers, EndsWith("\r\n\r\n"));
    EXPECT_EQ(owned_.early_bytes, std::string(kGet) + kGet);
    EXPECT_EQ(told_, 1);
    EXPECT_EQ(reactor_.Count(Counter::kRequests), before + 2);
  }
}

TEST_F(HandOverTest, WaitsUntilTheClientHasTakenTheAnswer) {
  AnswerMoreThanTheKernelTakes();
  TestClient client = reactor_.Connect();
  client.Send(std::string(kGet) + kSwitch);
  reactor_.Tick(3);
  EXPECT_EQ(told_, 0);
  EXPECT_EQ(reactor_.Stats().connections_active, 1u);
  client.Send(kGet);  // early too: it is still in the socket then
  std::string answers;
  for (int i = 0; i < 1000 && told_ == 0; ++i) {
    answers += client.Take();
    reactor_.Tick();
  }
  answers += client.Take();
  EXPECT_GT(answers.size(), big_.size());
  EXPECT_THAT(answers, EndsWith("Upgrade: echo\r\n\r\n"));
  ExpectHandedOver();
  EXPECT_EQ(owned_.early_bytes, "");
  char bytes[64];
  EXPECT_EQ(::recv(owned_.socket.get(), bytes, sizeof(bytes), 0),
            static_cast<ssize_t>(sizeof(kGet) - 1));
}

TEST_F(HandOverTest, HoldsTheClientToTheWriteDeadlineUntilThen) {
  AnswerMoreThanTheKernelTakes();
  TestClient client = reactor_.Connect();
  client.Send(std::string(kGet) + kSwitch);
  reactor_.Tick(3);
  reactor_.AdvanceMs(1'000'000);
  ExpectNotHandedOver(CloseReason::kWriteTimeout);
}

TEST_F(HandOverTest, TellsTheOwnerWhenTheClientHasGone) {
  TestClient client = reactor_.Connect();
  client.Send(kSwitch);
  reactor_.syscalls().Fail(Call::kSend, EPIPE);
  reactor_.Tick();
  ExpectNotHandedOver(CloseReason::kClientAborted);
}

TEST_F(HandOverTest, KeepsASocketThatEpollDoesNotGiveUp) {
  TestClient client = reactor_.Connect();
  client.Send(kSwitch);
  reactor_.syscalls().Fail(Call::kEpollCtl, ENOMEM);
  reactor_.Tick();
  ExpectNotHandedOver(CloseReason::kSocketError);
  client.Receive();
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HandOverTest, IsCutByTheDeadlineOfADrainOnlyWhileItIsPending) {
  AnswerMoreThanTheKernelTakes();
  TestClient done = reactor_.Connect();
  done.Send(kSwitch);
  reactor_.Tick();
  const HandedOver first = std::move(owned_);
  told_ = 0;
  TestClient pending = reactor_.Connect();
  pending.Send(std::string(kGet) + kSwitch);
  reactor_.Tick();
  reactor_.reactor().RequestDrain(5000);
  reactor_.AdvanceMs(4999);
  EXPECT_EQ(told_, 0);
  reactor_.AdvanceMs(1);
  EXPECT_TRUE(reactor_.reactor().finished());
  EXPECT_EQ(told_, 1);
  EXPECT_FALSE(owned_.socket.valid());
  EXPECT_EQ(reactor_.Count(CloseReason::kDrainCut), 1u);
  EXPECT_EQ(reactor_.Count(CloseReason::kHandedOver), 1u);
  EXPECT_EQ(::send(first.socket.get(), "hi", 2, MSG_NOSIGNAL), 2);
}

TEST_F(HandOverTest, LeaksNothingWhenTheReactorEndsBefore) {
  const std::ptrdiff_t before = OpenDescriptors();
  AnswerMoreThanTheKernelTakes();
  TestClient client = reactor_.Connect();
  client.Send(std::string(kGet) + kSwitch);
  reactor_.Tick();
  EXPECT_EQ(told_, 0);
  reactor_.Destroy();
  EXPECT_EQ(told_, 1);
  EXPECT_FALSE(owned_.socket.valid());
  client.Close();
  // The reactor's own were there before: its epoll, its eventfd and its listener.
  EXPECT_EQ(OpenDescriptors(), before - 3);
}

TEST_F(HandOverTest, ClosesWhatItsOwnerThrowsOn) {
  TestReactor reactor([](const Request&, ResponseWriter response) {
    response.Upgrade("echo", {}, [](HandedOver) { throw std::runtime_error("no room"); });
  });
  TestClient client = reactor.Connect();
  client.Send(kSwitch);
  reactor.Tick();
  client.Receive();
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(reactor.Count(Counter::kHandlerExceptions), 1u);
  EXPECT_EQ(reactor.Count(CloseReason::kHandedOver), 1u);
}

TEST_F(HandOverTest, CanBeDoneByAnotherThread) {
  deferred_wanted_ = true;
  TestClient client = reactor_.Connect();
  client.Send(std::string(kSwitch) + "early");
  reactor_.Tick();
  std::thread([this] {
    const std::string name = "gone by then";
    status_ = deferred_.Upgrade("echo", {{"X", name}}, Owner());
  }).join();
  EXPECT_EQ(told_, 0);
  reactor_.Tick(2);
  EXPECT_EQ(status_, SendStatus::kOk);
  EXPECT_THAT(client.Take(), HasSubstr("X: gone by then\r\n"));
  ExpectHandedOver();
  EXPECT_EQ(owned_.early_bytes, "early");
}

TEST_F(HandOverTest, TellsAnotherThreadThatNobodyIsThere) {
  deferred_wanted_ = true;
  TestClient client = reactor_.Connect();
  client.Send(kSwitch);
  reactor_.Tick();
  client.Close();
  reactor_.Tick();
  std::thread([this] { status_ = deferred_.Upgrade("echo", {}, Owner()); }).join();
  EXPECT_EQ(status_, SendStatus::kClientGone);
  ExpectNotHandedOver(CloseReason::kClientAborted);
}

TEST_F(HandOverTest, TellsTheOwnerOfAClientThatLeftBeforeTheThreadWasHeard) {
  deferred_wanted_ = true;
  TestClient client = reactor_.Connect();
  client.Send(kSwitch);
  reactor_.Tick();
  std::thread([this] { status_ = deferred_.Upgrade("echo", {}, Owner()); }).join();
  client.Close();
  reactor_.Tick(2);
  EXPECT_EQ(status_, SendStatus::kOk);
  ExpectNotHandedOver(CloseReason::kClientAborted);
}

// What `use` does with the writer of `request`, and what the client gets.
std::pair<SendStatus, std::string> Use(const std::string& request,
                                       const std::function<SendStatus(ResponseWriter*)>& use) {
  std::optional<SendStatus> status;
  TestReactor reactor(AnyHandler([&](const Request&, ResponseWriter response) {
                        status = use(&response);
                      }).WithConnect());
  TestClient client = reactor.Connect();
  client.Send(request + kGet);
  reactor.Tick(2);
  EXPECT_EQ(reactor.Count(CloseReason::kHandedOver), 0u);
  return {*status, client.Take()};
}

TEST(HandOverRulesTest, RefusesWhatWasNotAskedForOrMayNotBeSent) {
  int told = 0;
  const NewOwner owner = [&told](HandedOver) { ++told; };
  const auto upgrade = [&owner](std::string_view protocol, std::vector<ResponseField> fields) {
    return [=](ResponseWriter* writer) { return writer->Upgrade(protocol, fields, owner); };
  };
  const std::string old = "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
  const auto tunnel = [&owner](ResponseWriter* it) { return it->OpenTunnel({}, owner); };
  const std::vector<std::pair<SendStatus, std::string>> all = {
      Use(kGet, upgrade("echo", {})),
      Use(old, upgrade("echo", {})),
      Use(kConnect, upgrade("echo", {})),
      Use(kSwitch, tunnel),
      Use(kGet, tunnel),
      Use(kSwitch, upgrade("", {})),
      Use(kSwitch, upgrade("ec ho", {})),
      Use(kSwitch, upgrade("echo/", {})),
      Use(kSwitch, upgrade("echo\r\nX: y", {})),
      Use(kSwitch, upgrade("echo", {{"X", "a\r\nb"}})),
      Use(kSwitch, upgrade("echo", {{"Upgrade", "more"}})),
      Use(kSwitch, [](ResponseWriter* it) { return it->Upgrade("echo", {}, nullptr); }),
      Use(kConnect, [](ResponseWriter* it) { return it->Send(204, "", ""); }),
  };
  for (const auto& [status, answer] : all) {
    EXPECT_EQ(status, SendStatus::kInvalid) << answer;
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  }
  EXPECT_EQ(told, 0);
}

TEST(HandOverRulesTest, ClosesBehindATunnelThatIsRefused) {
  const auto [status, answer] =
      Use(kConnect, [](ResponseWriter* it) { return it->Send(403, "", "no"); });
  EXPECT_EQ(status, SendStatus::kOk);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, EndsWith("Connection: close\r\n\r\nno"));  // and nothing for what followed
}

TEST(HandOverRulesTest, RefusesContentOfConnect) {
  TestReactor reactor(AnyHandler([](const Request&, ResponseWriter) { FAIL(); }).WithConnect());
  TestClient client = reactor.Connect();
  client.Send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\nab");
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(reactor.Count(Counter::kRequests), 0u);
}

TEST(HandOverRulesTest, WantsContentToBeReadBefore) {
  int told = 0;
  int with_socket = 0;
  TestReactor reactor([&](const Request&, RequestBody, ResponseWriter response) {
    response.Upgrade("echo", {}, [&](HandedOver connection) {
      ++told;
      with_socket += connection.socket.valid() ? 1 : 0;
    });
  });
  TestClient client = reactor.Connect();
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n"
      "Content-Length: 5\r\n\r\nabc");
  reactor.Tick();
  EXPECT_THAT(client.Take(), StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(with_socket, 0);
  TestClient without = reactor.Connect();
  without.Send(kSwitch);
  reactor.Tick();
  EXPECT_THAT(without.Take(), StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(with_socket, 1);
}

TEST(HandOverRulesTest, KnowsWhatIsOffered) {
  TestReactor reactor([](const Request& request, ResponseWriter response) {
    std::string offered;
    for (const char* protocol : {"echo", "other", "other/1", "ECHO", "", "ech"}) {
      offered += OffersUpgrade(request, protocol) ? '1' : '0';
    }
    response.Send(200, "", offered);
  });
  const std::vector<std::pair<std::string, std::string>> cases = {
      {kSwitch, "101100"},
      {kGet, "000000"},
      {"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\n\r\n", "000000"},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: a,\t,\r\nUpgrade: "
       "other\r\n\r\n",
       "010000"},
  };
  for (const auto& [request, expected] : cases) {
    TestClient client = reactor.Connect();
    client.Send(request);
    reactor.Tick();
    EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n" + expected)) << request;
  }
}

}  // namespace
}  // namespace weir
