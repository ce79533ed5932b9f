// Urgent data: a read ends at it, and is no less content for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "weir/reactor/testing/test_reactor.h"

namespace weir {
namespace {

using test::TestClient;
using test::TestReactor;
using testing::EndsWith;

void Echo(const Request& request, ResponseWriter response) {
  response.Send(200, "", std::string(request.target()) + "|" + std::string(request.body()));
}

const std::string kRequest =
    "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef"
    "GET /y HTTP/1.1\r\nHost: h\r\n\r\n";

class UrgentDataTest : public testing::TestWithParam<std::size_t> {
 protected:
  // All of the requests, with the byte at GetParam() urgent, before the reactor has a look.
  void SendAll(TestClient* client) {
    client->Send(kRequest.substr(0, GetParam()));
    client->SendUrgent(kRequest[GetParam()]);
    client->Send(kRequest.substr(GetParam() + 1));
  }
};

TEST_P(UrgentDataTest, IsReadInLineAndHoldsNothingUp) {
  TestReactor reactor(Echo);
  TestClient client = reactor.ConnectTcp();
  reactor.Tick(2);
  SendAll(&client);
  reactor.Tick(2);
  const std::string answers = client.Take();
  EXPECT_THAT(answers, testing::HasSubstr("\r\n\r\n/x|abcdef"));
  EXPECT_THAT(answers, EndsWith("\r\n\r\n/y|"));
}

TEST_P(UrgentDataTest, MayHaveWaitedWithTheConnection) {
  TestReactor reactor(Echo);
  TestClient client = reactor.ConnectTcp();
  SendAll(&client);
  reactor.Tick(3);
  EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n/y|"));
}

INSTANTIATE_TEST_SUITE_P(AtEachByte, UrgentDataTest,
                         testing::Range(std::size_t{0}, kRequest.size()));

TEST(UrgentDataTest, MayComeAgainAndAgain) {
  TestReactor reactor(Echo);
  TestClient client = reactor.ConnectTcp();
  for (const char byte : kRequest) client.SendUrgent(byte);
  reactor.Tick(3);
  EXPECT_THAT(client.Take(), EndsWith("\r\n\r\n/y|"));
}

}  // namespace
}  // namespace weir
