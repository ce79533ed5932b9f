// weirctl limits --listener, against a real server of two listeners.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/weirctl/exit_status.h"
#include "weir/control/weirctl/weirctl_call.h"
#include "weir/reactor/server.h"

namespace weir {
namespace {

using test::Outcome;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ListenerLimitsCommandTest : public testing::Test {
 protected:
  ListenerLimitsCommandTest() {
    ServerOptions options;
    options.reactors = 2;
    options.listeners.resize(2);
    for (ListenerOptions& it : options.listeners) it.address = "127.0.0.1:0";
    options.listeners[0].name = "public";
    options.listeners[1].name = "health";
    options.listeners[1].listen_backlog = 3;
    options.on_event = [](const Event&) {};
    server_ = *Server::Start(options, [](const Request&, ResponseWriter) {});
    admin_ = *AdminServer::Start(server_.get(), {"127.0.0.1:0", {}});
  }

  Outcome Ctl(std::vector<std::string> arguments) {
    arguments.push_back("--target=" + admin_->address());
    return test::Call(arguments);
  }
  std::uint64_t BacklogOf(const std::string& listener) {
    return server_->limits().current()->layers.Merge(listener).listen_backlog;
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
};

TEST_F(ListenerLimitsCommandTest, SetsAndUnsetsALimitOfOneListener) {
  const Outcome set = Ctl({"limits", "set", "listen_backlog=16", "--listener=health", "--ttl=1h"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_THAT(set.out, AllOf(ContainsRegex("listen_backlog@health +3 -> 16 +16 +connections"),
                             HasSubstr("applied by all 2 reactors")));
  EXPECT_EQ(BacklogOf("health"), 16u);
  EXPECT_EQ(BacklogOf("public"), 4096u);
  const Outcome unset = Ctl({"limits", "unset", "listen_backlog", "--listener=health"});
  EXPECT_THAT(unset.out, ContainsRegex("listen_backlog@health +16 -> 3 "));
  EXPECT_EQ(BacklogOf("health"), 3u);
}

TEST_F(ListenerLimitsCommandTest, ShowsWhereItsLimitsComeFrom) {
  ASSERT_EQ(Ctl({"limits", "set", "listen_backlog=16", "--listener=health"}).status, kExitOk);
  ASSERT_EQ(Ctl({"limits", "set", "accept_budget_per_tick=9"}).status, kExitOk);
  const std::string health = Ctl({"limits", "get", "--listener=health"}).out;
  EXPECT_THAT(health, AllOf(ContainsRegex("listen_backlog@health +16 .* operator"),
                            ContainsRegex("accept_budget_per_tick@health +9 .* operator"),
                            ContainsRegex("proxy_protocol@health .* built_in"),
                            Not(HasSubstr("max_fields")), Not(HasSubstr("public"))));
  EXPECT_THAT(Ctl({"limits", "get", "listen_backlog"}).out,
              AllOf(ContainsRegex("listen_backlog +4096 .* built_in"),
                    ContainsRegex("listen_backlog@health +16 .* operator"),
                    Not(HasSubstr("listen_backlog@public"))));
  EXPECT_THAT(
      Ctl({"limits", "get", "--listener=health", "listen_backlog", "--json"}).out,
      AllOf(StartsWith("{\"listener\":\"health\",\"requested\":{\"listen_backlog\":\"16\"}"),
            HasSubstr("LIMIT_LAYER_OPERATOR")));
}

TEST_F(ListenerLimitsCommandTest, DiffAndHistoryTellWhoseALimitIs) {
  EXPECT_THAT(Ctl({"limits", "diff", "--listener=public"}).out,
              HasSubstr("nothing is set for this listener"));
  ASSERT_EQ(Ctl({"limits", "set", "listen_backlog=16", "--listener=health", "--ttl=1h"}).status,
            kExitOk);
  ASSERT_EQ(Ctl({"limits", "set", "listen_backlog=32"}).status, kExitOk);
  EXPECT_THAT(Ctl({"limits", "diff"}).out,
              AllOf(ContainsRegex("listen_backlog +operator +32 +connections +4096 +- +yes"),
                    ContainsRegex("listen_backlog@health +code +3 +connections +4096 +- +no"),
                    ContainsRegex("listen_backlog@health +operator +16 .* yes")));
  EXPECT_THAT(Ctl({"limits", "diff", "--listener=health"}).out,
              AllOf(HasSubstr("listen_backlog@health"), Not(HasSubstr(" 32 "))));
  EXPECT_THAT(Ctl({"limits", "diff", "--listener=health", "--json"}).out,
              AllOf(HasSubstr("LIMIT_LAYER_CODE"), HasSubstr("LIMIT_LAYER_OPERATOR"),
                    Not(HasSubstr("\"32\""))));
  EXPECT_THAT(Ctl({"limits", "diff", "--json"}).out, HasSubstr("{\"listener\":\"health\""));
  EXPECT_THAT(Ctl({"limits", "history"}).out,
              AllOf(HasSubstr("listen_backlog@health - -> 16 (operator)"),
                    HasSubstr("listen_backlog - -> 32 (operator)")));
  EXPECT_THAT(Ctl({"limits", "history", "--listener=health"}).out,
              AllOf(HasSubstr("listen_backlog@health - -> 16"), Not(HasSubstr("-> 32"))));
  EXPECT_THAT(Ctl({"limits", "history", "--listener=public", "--json"}).out,
              Not(HasSubstr("listen_backlog")));
}

TEST_F(ListenerLimitsCommandTest, SaysWhatCanNotBe) {
  const Outcome unknown = Ctl({"limits", "set", "listen_backlog=16", "--listener=helth", "--json"});
  EXPECT_EQ(unknown.status, kExitRefused);
  EXPECT_THAT(unknown.err,
              AllOf(HasSubstr("no listener \"helth\""), HasSubstr("there are public, health")));
  EXPECT_EQ(Ctl({"limits", "get", "--listener=helth"}).status, kExitRefused);
  EXPECT_EQ(Ctl({"limits", "diff", "--listener=helth"}).status, kExitRefused);
  const Outcome all = Ctl({"limits", "get", "max_fields", "--listener=health"});
  EXPECT_EQ(all.status, kExitUsage);
  EXPECT_THAT(all.err, HasSubstr("max_fields is of the whole server; a listener can have "
                                 "listen_backlog, "));
  const Outcome refused = Ctl({"limits", "set", "max_fields=5", "--listener=health"});
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.err, HasSubstr("max_fields is of the whole server"));
  EXPECT_EQ(Ctl({"limits", "shadow", "set", "max_fields=5", "--listener=health"}).status,
            kExitUsage);
  EXPECT_EQ(server_->limits().version(), 1u);
}

TEST_F(ListenerLimitsCommandTest, CompletionAndManualHaveTheOption) {
  EXPECT_THAT(test::Call({"completion", "bash"}).out, HasSubstr("--listener="));
  EXPECT_THAT(test::Call({"completion", "fish"}).out, HasSubstr("-l listener -r"));
  EXPECT_THAT(test::Call({"manual"}).out, HasSubstr("\\-\\-listener=NAME"));
}

}  // namespace
}  // namespace weir
