// weirctl as its user sees it, against a real server.
#include "weir/control/weirctl/weirctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/weirctl/served_test.h"
#include "weir/reactor/limit_presets.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using test::Call;
using test::Outcome;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using WeirctlTest = test::ServedTest;

TEST_F(WeirctlTest, WritesAChoiceByName) {
  const Outcome set = Ctl({"limits", "set", "overload_action=queue"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_THAT(set.out, HasSubstr("respond_503 -> queue"));
  EXPECT_THAT(Ctl({"limits", "get", "overload_action"}).out,
              AllOf(HasSubstr("queue"), HasSubstr("respond_503, reset or queue")));
  EXPECT_THAT(Ctl({"limits", "diff"}).out, HasSubstr("queue"));
  EXPECT_THAT(Ctl({"limits", "history"}).out, HasSubstr("overload_action - -> queue"));
  const Outcome refused = Ctl({"limits", "set", "overload_action=drop"});
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.err, HasSubstr("allowed are respond_503, reset or queue"));
  EXPECT_THAT(Ctl({"limits", "set", "overload_action=9"}).err,
              HasSubstr("overload_action = 9 is out of range: respond_503, reset or queue"));
}

TEST_F(WeirctlTest, TellsHowEvenlyConnectionsCame) {
  EXPECT_THAT(Ctl({"stats"}).out, Not(HasSubstr("on average")));
  test::BlockingClient client(server_->port());
  EXPECT_THAT(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ctl({"stats"}).out,
              HasSubstr("accepted by one reactor at most / on average: 2.00\n"));
}

TEST_F(WeirctlTest, SetsALimitAndShowsIt) {
  const Outcome set = Ctl({"limits", "set", "max_head_bytes=4KiB", "head_timeout_ms=3s"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_THAT(set.out, AllOf(HasSubstr("16384 -> 4096"), HasSubstr("10000 -> 3000"),
                             HasSubstr("applied by all 2 reactors"), Not(HasSubstr("max_fields"))));
  const Outcome get = Ctl({"limits", "get", "max_head_bytes"});
  EXPECT_EQ(get.status, kExitOk);
  EXPECT_THAT(get.out, AllOf(HasSubstr("4096"), HasSubstr("128-1048576"), HasSubstr("version 2")));
  EXPECT_EQ(server_->limits().current()->limits.max_head_bytes, 4096u);
}

TEST_F(WeirctlTest, DrainsAndTellsOfHealth) {
  EXPECT_EQ(Ctl({"health"}).out, "SERVING\n");
  EXPECT_EQ(Ctl({"health", server_->address()}).status, kExitOk);
  const Outcome unknown = Ctl({"health", "nothing"});
  EXPECT_EQ(unknown.status, kExitRefused);
  EXPECT_THAT(unknown.err, HasSubstr("no service \"nothing\""));
  const Outcome late = Ctl({"drain", "--deadline=2h"});
  EXPECT_EQ(late.status, kExitRefused);
  EXPECT_THAT(late.err, HasSubstr("0 to 3600 s"));
  EXPECT_FALSE(server_->draining());
  const Outcome drain = Ctl({"drain", "--deadline=3s", "--wait", "--reason=to test it"});
  EXPECT_EQ(drain.status, kExitOk) << drain.err;
  EXPECT_THAT(drain.out, StartsWith("drains; at most 3000 ms from now\n0 connections left"));
  server_->Wait();
  EXPECT_THAT(Ctl({"drain"}).out, StartsWith("was draining already"));
  const Outcome health = Ctl({"health"});
  EXPECT_EQ(health.status, kExitNotServing);
  EXPECT_EQ(health.out, "NOT_SERVING\n");
  EXPECT_THAT(Ctl({"audit"}).out, AllOf(HasSubstr("Drain"), HasSubstr("to test it")));
}

// Output that tells of each line as it comes.
class Lines final : public std::stringbuf {
 public:
  explicit Lines(std::function<void(int line)> on_line) : on_line_(std::move(on_line)) {}
  int sync() override {  // std::endl's
    on_line_(++lines_);
    return 0;
  }

 private:
  const std::function<void(int line)> on_line_;
  int lines_ = 0;
};

TEST(DrainTest, WaitsForTheLastAnswer) {
  std::promise<ResponseWriter> asked;
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 2;
  const auto server = *Server::Start(options, [&asked](const Request&, ResponseWriter response) {
    asked.set_value(std::move(response));
  });
  const auto admin = *AdminServer::Start(server.get(), {"127.0.0.1:0", {}});
  test::BlockingClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ResponseWriter answer = asked.get_future().get();
  Lines lines([&answer](int line) {  // the first is what Drain answered
    if (line == 4) answer.Send(200, "", "");
  });
  std::istringstream in;
  std::ostream out(&lines);
  std::ostringstream err;
  EXPECT_EQ(RunWeirctl({"drain", "--deadline=1h", "--wait", "--interval=100ms",
                        "--target=" + admin->address()},
                       in, out, err),
            kExitOk)
      << err.str();
  ASSERT_THAT(lines.str(), AllOf(StartsWith("drains; at most 3600000 ms from now\n"
                                            "1 connections left, 1 answers owed\n"
                                            "1 connections left, 1 answers owed\n"
                                            "1 connections left, 1 answers owed\n"),
                                 EndsWith("\n0 connections left, 0 answers owed\n")));
  EXPECT_EQ(server->Wait().connections_finished, 1u);
}

TEST_F(WeirctlTest, SetsALimitOfSeveralServersWithAReportForEach) {
  const auto other = *AdminServer::Start(server_.get(), {"127.0.0.1:0", {}});
  const std::string nobody = "127.0.0.1:1";
  const std::string targets =
      "--target=" + admin_->address() + "," + nobody + "," + other->address();
  const Outcome set = Call({"limits", "set", "max_fields=77", targets});
  EXPECT_EQ(set.status, kExitUnreachable);
  EXPECT_THAT(set.out, AllOf(StartsWith("== " + admin_->address() + "\nLIMIT"),
                             HasSubstr("== " + nobody + "\n== " + other->address() + "\n")));
  EXPECT_THAT(set.err, StartsWith("== " + nobody + "\nweirctl: no server answers"));
  EXPECT_EQ(server_->limits().current()->limits.max_fields, 77u);
  const Outcome json = Call({"health", "--json", targets});
  EXPECT_EQ(json.status, kExitUnreachable);
  EXPECT_THAT(json.out, AllOf(StartsWith("{\"target\":\"" + admin_->address() +
                                         "\",\"status\":0,\"results\":[{\"status\":\"SERVING\"}]"),
                              HasSubstr("\"status\":3,\"results\":[],\"errors\":\"weirctl: no")));
  const Outcome watch = Call({"watch", targets});
  EXPECT_EQ(watch.status, kExitUsage);
  EXPECT_THAT(watch.err, HasSubstr("watch takes one target at a time"));
}

TEST_F(WeirctlTest, ShowsTheRequestsThatWereRefused) {
  EXPECT_EQ(Ctl({"limits", "set", "max_field_bytes=100", "bad_request_excerpt_bytes=20"}).status,
            kExitOk);
  test::BlockingClient client(server_->port());
  EXPECT_THAT(
      client.Ask("GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(200, 'c') + "\r\n\r\n"),
      StartsWith("HTTP/1.1 431 "));
  const Outcome bad = Ctl({"refused"});
  EXPECT_EQ(bad.status, kExitOk) << bad.err;
  EXPECT_THAT(bad.out, AllOf(HasSubstr("127.0.0.1:"), HasSubstr("431"), HasSubstr("field_too_long"),
                             HasSubstr("field Cookie"), HasSubstr("max_field_bytes=100, try 256"),
                             HasSubstr("******")));
  EXPECT_THAT(bad.out, Not(HasSubstr("cc")));
  EXPECT_THAT(Ctl({"refused", "--json"}).out,
              AllOf(HasSubstr("\"suggested_value\":\"256\""), HasSubstr("\"unrecorded\":\"0\"")));
}

TEST_F(WeirctlTest, ShowsEveryLimit) {
  const std::string out = Ctl({"limits", "get"}).out;
  for (const LimitSpec& spec : LimitSpecs()) EXPECT_THAT(out, HasSubstr(std::string(spec.name)));
}

TEST_F(WeirctlTest, SaysTheRangeOfWhatIsRefused) {
  const Outcome low = Ctl({"limits", "set", "max_head_bytes=1"});
  EXPECT_EQ(low.status, kExitRefused);
  EXPECT_THAT(low.err, HasSubstr("128 to 1048576"));
  const Outcome word = Ctl({"limits", "set", "max_head_bytes=big"});
  EXPECT_EQ(word.status, kExitRefused);
  EXPECT_THAT(word.err, AllOf(HasSubstr("128 to 1048576"), HasSubstr("16KiB")));
  const Outcome unknown = Ctl({"limits", "set", "max_heads=1"});
  EXPECT_EQ(unknown.status, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean max_head_bytes"));
  EXPECT_EQ(Ctl({"limits", "set", "max_fields"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"limits", "set"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"limits", "get", "nonsense"}).status, kExitUsage);
  EXPECT_EQ(server_->limits().version(), 1u);
}

TEST_F(WeirctlTest, SetsAPresetButForWhatIsNamed) {
  const Outcome set = Ctl({"limits", "set", "--preset=nginx", "max_fields=50"});
  EXPECT_EQ(set.status, kExitOk) << set.err;
  EXPECT_THAT(set.out, AllOf(HasSubstr("16384 -> 32768"), HasSubstr("100 -> 50")));
  Limits expected = FindLimitPreset("nginx")->limits;
  expected.max_fields = 50;
  EXPECT_EQ(server_->limits().current()->limits, expected);
  EXPECT_EQ(Ctl({"limits", "set", "--preset=weir"}).status, kExitOk);
  EXPECT_EQ(server_->limits().current()->limits, Limits());
}

TEST_F(WeirctlTest, KnowsItsPresets) {
  const Outcome unknown = Ctl({"limits", "set", "--preset=apache"});
  EXPECT_EQ(unknown.status, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("presets are weir, node, nginx"));
  const Outcome table = Call({"limits", "presets"});
  EXPECT_EQ(table.status, kExitOk);
  EXPECT_THAT(table.out, AllOf(HasSubstr("nginx"), HasSubstr("32768"), HasSubstr("300000")));
  const Outcome json = Call({"limits", "presets", "--json"});
  EXPECT_EQ(json.status, kExitOk);
  EXPECT_THAT(json.out, HasSubstr("\"preset\":\"nginx\""));
  EXPECT_THAT(json.out, HasSubstr("\"max_head_bytes\":32768"));
}

TEST_F(WeirctlTest, TellsOfItsContextsAsJson) {
  const std::string path = testing::TempDir() + "contexts_as_json";
  std::ofstream(path)
      << "[shop]\ntarget = 10.0.0.1:9000\ntls_ca = /ca.pem\n[here]\ntarget = unix:/x\n";
  ::setenv("WEIR_CONTEXTS", path.c_str(), 1);
  const std::string json = Call({"contexts", "--json"}).out;  // the fields in any order
  const std::string shop = json.substr(0, json.find('\n'));
  EXPECT_THAT(shop, AllOf(HasSubstr("\"context\":\"shop\""), HasSubstr("\"tls\":true"),
                          HasSubstr("\"target\":\"10.0.0.1:9000\"")));
  EXPECT_THAT(json.substr(shop.size()), AllOf(HasSubstr("\"here\""), HasSubstr("\"tls\":false")));
  ::unsetenv("WEIR_CONTEXTS");
}

TEST_F(WeirctlTest, ValidatesAndGuards) {
  const Outcome valid = Ctl({"limits", "set", "max_fields=5", "--validate-only"});
  EXPECT_EQ(valid.status, kExitOk);
  EXPECT_THAT(valid.out, HasSubstr("nothing was changed"));
  EXPECT_EQ(Ctl({"limits", "set", "max_fields=5", "--etag=stale"}).status, kExitRefused);
  EXPECT_EQ(server_->limits().version(), 1u);
}

TEST_F(WeirctlTest, WarnsOfACappedBacklog) {
  const Outcome set = Ctl({"limits", "set", "listen_backlog=9999999"});
  EXPECT_EQ(set.status, kExitOk);
  EXPECT_THAT(set.out, HasSubstr("sysctl -w net.core.somaxconn=9999999"));
}

TEST_F(WeirctlTest, ShowsQueuesErrorsAndEnds) {
  test::BlockingClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 400 "));
  const Outcome stats = Ctl({"stats"});
  EXPECT_EQ(stats.status, kExitOk);
  EXPECT_THAT(stats.out, AllOf(HasSubstr(server_->address()), HasSubstr("host_missing"),
                               HasSubstr("ACCEPTED")));
}

TEST_F(WeirctlTest, WatchesALineForEachReactor) {
  const Outcome watch = Ctl({"watch", "--count=2", "--interval=100ms"});
  EXPECT_EQ(watch.status, kExitOk) << watch.err;
  EXPECT_THAT(watch.out, AllOf(HasSubstr("QUEUE/BACKLOG"), HasSubstr("0/")));
  int lines = 0;
  for (const char c : watch.out) lines += c == '\n' ? 1 : 0;
  EXPECT_EQ(lines, 1 + 2 * 2);
}

TEST_F(WeirctlTest, SpeaksJson) {
  const Outcome stats = Ctl({"stats", "--json"});
  EXPECT_THAT(stats.out, AllOf(StartsWith("{"), HasSubstr("\"backlog_effective\":"),
                               HasSubstr(server_->boot_id())));
  EXPECT_THAT(Ctl({"limits", "get", "--json"}).out, HasSubstr("\"max_head_bytes\":\"16384\""));
  EXPECT_THAT(Ctl({"limits", "set", "max_fields=7", "--json"}).out,
              HasSubstr("\"max_fields\":\"7\""));
  EXPECT_THAT(Ctl({"watch", "--count=1", "--json"}).out, HasSubstr("\"sequence\":\"1\""));
}

TEST_F(WeirctlTest, SaysThatNoServerIsThere) {
  const std::string target = admin_->address();
  admin_ = nullptr;
  for (const char* command : {"stats", "watch"}) {
    const Outcome gone = Call({command, "--target=" + target});
    EXPECT_EQ(gone.status, kExitUnreachable);
    EXPECT_THAT(gone.err, AllOf(HasSubstr(target), HasSubstr("WEIR_TARGET")));
  }
  const Outcome typo = Call({"stats", "--target=/tmp/weir.sock"});
  EXPECT_EQ(typo.status, kExitUsage);
  EXPECT_THAT(typo.err, HasSubstr("--target=unix:/tmp/weir.sock"));
}

TEST_F(WeirctlTest, NoProxyStandsBetween) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Outcome stats = Ctl({"stats"});
  ::unsetenv("http_proxy");
  EXPECT_EQ(stats.status, kExitOk) << stats.err;
}

TEST_F(WeirctlTest, TheEtagOfGetGuardsSet) {
  const std::string out = Ctl({"limits", "get", "max_fields"}).out;
  const std::string etag = out.substr(out.rfind("etag ") + 5, out.size() - out.rfind("etag ") - 6);
  const std::vector<std::string> set = {"limits", "set", "max_fields=50", "--etag=" + etag};
  EXPECT_EQ(Ctl(set).status, kExitOk);
  const Outcome again = Ctl(set);
  EXPECT_EQ(again.status, kExitRefused);
  EXPECT_THAT(again.err, HasSubstr("then repeat the change"));
}

TEST_F(WeirctlTest, TellsWhatComesBackWhenATemporaryValueEnds) {
  ASSERT_EQ(Ctl({"limits", "set", "max_fields=40"}).status, kExitOk);
  ASSERT_EQ(Ctl({"limits", "set", "max_fields=50", "--ttl=1h"}).status, kExitOk);
  EXPECT_THAT(Ctl({"limits", "diff"}).out, HasSubstr("s, then 40"));
}

TEST_F(WeirctlTest, TellsWhoSetWhatAndTakesItBack) {
  ASSERT_EQ(Ctl({"limits", "set", "max_fields=50", "--ttl=1h", "--reason=cookies grew"}).status,
            kExitOk);
  EXPECT_THAT(Ctl({"limits", "get", "max_fields"}).out, HasSubstr("operator"));
  EXPECT_THAT(Ctl({"limits", "diff"}).out,
              AllOf(HasSubstr("max_fields"), HasSubstr("operator"), HasSubstr("yes"),
                    Not(HasSubstr("max_head_bytes"))));
  EXPECT_THAT(Ctl({"limits", "history"}).out,
              AllOf(HasSubstr("max_fields - -> 50 (operator)"), HasSubstr("cookies grew")));
  EXPECT_THAT(Ctl({"limits", "rollback", "1"}).out, HasSubstr("applied by all 2 reactors"));
  EXPECT_THAT(Ctl({"limits", "diff"}).out, HasSubstr("every limit has its default"));
  const std::string audit = Ctl({"audit"}).out;
  EXPECT_THAT(audit, AllOf(HasSubstr("RollBackLimits"), HasSubstr("UpdateLimits")));
}

TEST_F(WeirctlTest, UnsetsWhatAnOperatorSet) {
  ASSERT_EQ(Ctl({"limits", "set", "max_fields=50"}).status, kExitOk);
  EXPECT_THAT(Ctl({"limits", "unset", "max_fields"}).out, HasSubstr("50 -> 100"));
  EXPECT_EQ(Ctl({"limits", "unset"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"limits", "unset", "max_feilds"}).status, kExitUsage);
}

TEST_F(WeirctlTest, RefusesRollBacksToNowhere) {
  EXPECT_EQ(Ctl({"limits", "rollback"}).status, kExitUsage);
  EXPECT_EQ(Ctl({"limits", "rollback", "x"}).status, kExitUsage);
  const Outcome outcome = Ctl({"limits", "rollback", "99"});
  EXPECT_EQ(outcome.status, kExitRefused);
  EXPECT_THAT(outcome.err, HasSubstr("version 99 is not remembered"));
}

TEST_F(WeirctlTest, ARepeatedCallIsMadeOnce) {
  const std::vector<std::string> set = {"limits", "set", "max_fields=50", "--request-id=a"};
  EXPECT_EQ(Ctl(set).status, kExitOk);
  EXPECT_EQ(Ctl(set).status, kExitOk);
  EXPECT_EQ(server_->limits().version(), 2u);
}

TEST_F(WeirctlTest, SaysWhichTlsFileIsMissing) {
  EXPECT_THAT(Ctl({"stats", "--tls-ca=/nonexistent"}).err,
              HasSubstr("--tls-ca=/nonexistent: No such"));
  const Outcome outcome = Ctl({"stats", "--tls-ca=/dev/null"});
  EXPECT_EQ(outcome.status, kExitUsage);
  EXPECT_THAT(outcome.err, HasSubstr("--tls-certificate is missing"));
}

TEST_F(WeirctlTest, HelpsAndRefusesNonsense) {
  EXPECT_THAT(Call({"--help"}).out, AllOf(HasSubstr("limits set"), HasSubstr("Exit status")));
  EXPECT_THAT(Call({"--version"}).out, StartsWith("weirctl "));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"limit", "get"}, {"limits"}, {"stats", "now"}, {"--what"}}) {
    const Outcome outcome = Call(words);
    EXPECT_EQ(outcome.status, kExitUsage);
    EXPECT_THAT(outcome.err, Not(IsEmpty()));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

}  // namespace
}  // namespace weir
