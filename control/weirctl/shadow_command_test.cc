// Shadow limits as an operator uses them, against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "weir/control/weirctl/served_test.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ShadowCommandTest : public test::ServedTest {
 protected:
  Outcome Ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"limits", "shadow"});
    return ServedTest::Ctl(std::move(arguments));
  }

  // Asks once, with so many fields, on a connection of its own.
  void Ask(int fields) {
    test::BlockingClient client(server_->port());
    std::string request = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 1; i < fields; ++i) request += "X: y\r\n";
    EXPECT_THAT(client.Ask(request + "\r\n"), StartsWith("HTTP/1.1 200"));
  }
};

TEST_F(ShadowCommandTest, CountsWhatItWouldHaveRefused) {
  EXPECT_THAT(Ctl({}).out, HasSubstr("no limit has a shadow"));
  const Outcome set = Ctl({"set", "max_fields=3", "--reason=try"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_EQ(set.out, "version 2, applied by all 2 reactors\n");
  for (const int fields : {2, 3, 4, 9}) Ask(fields);
  EXPECT_EQ(Ctl({"get"}).out,
            "LIMIT       SHADOW  IN FORCE  UNIT    JUDGED  REFUSED  SHARE\n"
            "max_fields  3       100       fields  4       2        50.000 %\n");
  EXPECT_THAT(Ctl({"get", "--json"}).out, HasSubstr("\"shadows\":{\"max_fields\""));
  EXPECT_EQ(Ctl({"unset", "max_fields"}).status, kExitOk);
  EXPECT_THAT(Ctl({}).out, HasSubstr("no limit has a shadow"));
}

TEST_F(ShadowCommandTest, WarnsOfOneThatCountsNothing) {
  EXPECT_THAT(Ctl({"set", "max_head_bytes=16KiB", "--validate-only"}).out,
              AllOf(HasSubstr("the shadow max_head_bytes = 16384 counts nothing"),
                    HasSubstr("valid; nothing was changed")));
  EXPECT_THAT(Ctl({"get"}).out, HasSubstr("no limit has a shadow"));
}

TEST_F(ShadowCommandTest, RefusesWhatCanNotBe) {
  const Outcome connections = Ctl({"set", "max_connections=5"});
  EXPECT_EQ(connections.status, kExitRefused);
  EXPECT_THAT(connections.err,
              AllOf(HasSubstr("max_connections can have no shadow"), HasSubstr("max_head_bytes")));
  EXPECT_THAT(Ctl({"set", "max_fields=0"}).err, HasSubstr("1 to 65536 fields"));
  EXPECT_THAT(Ctl({"set", "max_fields=5", "--persist"}).err, HasSubstr("not shadow"));
  EXPECT_EQ(Ctl({"set"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"set", "max_feilds=1"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"unset", "max_feilds"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"show"}).status, kExitUsage);
  EXPECT_EQ(server_->limits().version(), 1u);
}

}  // namespace
}  // namespace weir
