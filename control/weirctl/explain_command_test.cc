// weirctl explain and weirctl errors: neither needs a server, but explain may ask one for its
// limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/control/weirctl/weirctl_call.h"
#include "weir/parser/parse_error.h"
#include "weir/reactor/server.h"

namespace weir {
namespace {

using test::Call;
using test::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kGood[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(ExplainCommand, TellsTheThreeOutcomesByItsExitStatus) {
  EXPECT_EQ(Call({"explain"}, kGood).status, kExitOk);
  EXPECT_EQ(Call({"explain"}, "GET /").status, kExitIncomplete);
  EXPECT_EQ(Call({"explain"}, "").status, kExitIncomplete);
  const Outcome refused = Call({"explain"}, "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.out,
              AllOf(StartsWith("input:2:5: error: space_before_colon"), HasSubstr("\nfix: ")));
}

TEST(ExplainCommand, ReadsAFile) {
  const std::string file = testing::TempDir() + "/request.bin";
  std::ofstream(file, std::ios::binary) << kGood << "G\x01";
  const Outcome refused = Call({"explain", file});
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.out, HasSubstr(file + ":4:2: error: method_invalid"));
  EXPECT_THAT(refused.out, HasSubstr("request 2"));
  std::ofstream(file, std::ios::trunc).close();
  EXPECT_EQ(Call({"explain", file}).status, kExitIncomplete);
  EXPECT_EQ(Call({"explain", "-"}, kGood).status, kExitOk);
}

TEST(ExplainCommand, RefusesWhatItCannotRead) {
  const Outcome missing = Call({"explain", testing::TempDir() + "/no_such_file"});
  EXPECT_EQ(missing.status, kExitUsage);
  EXPECT_THAT(missing.err, HasSubstr("can't be read"));
  EXPECT_EQ(Call({"explain", testing::TempDir()}).status, kExitUsage);
  EXPECT_THAT(Call({"explain", "a", "b"}).err, HasSubstr("one file"));
  const Outcome large = Call({"explain"}, std::string(16 * 1024 * 1024 + 1, 'a'));
  EXPECT_EQ(large.status, kExitUsage);
  EXPECT_THAT(large.err, HasSubstr("larger than 16777216 bytes"));
}

TEST(ExplainCommand, JudgesByTheGivenLimits) {
  const std::string input = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
  const Outcome refused = Call({"explain", "max_fields=1"}, input);
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.out, HasSubstr("\nlimit: max_fields = 1\n"));
  EXPECT_EQ(Call({"explain", "--preset=node"}, input).status, kExitOk);
  EXPECT_EQ(Call({"explain", "--preset=node", "max_fields=1"}, input).status, kExitRefused);
  EXPECT_THAT(Call({"explain", "max_fields=0"}, input).err, HasSubstr("1 to 65536"));
  EXPECT_THAT(Call({"explain", "max_field=1"}, input).err, HasSubstr("did you mean max_fields"));
  EXPECT_EQ(Call({"explain", "--preset=apache"}, input).status, kExitUsage);
  EXPECT_EQ(Call({"explain", "--preset=node", "--live"}, input).status, kExitUsage);
}

TEST(ExplainCommand, JudgesByARunningServersLimits) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reactors = 1;
  options.limits.max_fields = 1;
  const auto server = *Server::Start(
      options, [](const Request&, ResponseWriter response) { response.Send(200, "", ""); });
  auto admin = *AdminServer::Start(server.get(), {"127.0.0.1:0", {}});
  const std::vector<std::string> words = {"explain", "--live", "--target=" + admin->address()};
  const std::string input = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
  EXPECT_EQ(Call({"explain"}, input).status, kExitOk);
  EXPECT_THAT(Call(words, input).out, HasSubstr("max_fields = 1"));
  admin = nullptr;
  EXPECT_EQ(Call(words, input).status, kExitUnreachable);
}

TEST(ExplainCommand, HidesSecretsUnlessAsked) {
  const std::string input = "GET / HTTP/1.1\r\nCookie: secret\x01\r\n";
  EXPECT_THAT(Call({"explain"}, input).out, Not(HasSubstr("secret")));
  EXPECT_THAT(Call({"explain", "--show-values"}, input).out, HasSubstr("secret"));
  EXPECT_THAT(Call({"explain", "--json"}, input).out, Not(HasSubstr("secret")));
}

TEST(ExplainCommand, SpeaksJson) {
  const Outcome accepted = Call({"explain", "--json"}, kGood);
  EXPECT_EQ(accepted.status, kExitOk);
  EXPECT_THAT(accepted.out, AllOf(HasSubstr("\"outcome\":\"accepted\""),
                                  HasSubstr("\"method\":\"GET\""), HasSubstr("\"fields\":1")));
  const Outcome refused = Call({"explain", "--json"}, "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
  EXPECT_EQ(refused.status, kExitRefused);
  EXPECT_THAT(refused.out, AllOf(HasSubstr("\"kind\":\"space_before_colon\""),
                                 HasSubstr("\"offset\":20"), HasSubstr("\"line\":2"),
                                 HasSubstr("\"column\":5"), HasSubstr("\"field\":\"Host \"")));
  const Outcome incomplete = Call({"explain", "--json"}, "GET /");
  EXPECT_EQ(incomplete.status, kExitIncomplete);
  EXPECT_THAT(incomplete.out, HasSubstr("\"waiting_for\":\"the end of the request line\""));
}

TEST(ErrorsCommand, ListsEveryKind) {
  const Outcome all = Call({"errors"});
  EXPECT_EQ(all.status, kExitOk);
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    EXPECT_THAT(all.out, HasSubstr("\n" + std::string(info.name) + " "));
  }
}

TEST(ErrorsCommand, SaysWhatOneMeans) {
  const Outcome one = Call({"errors", "head_too_large"});
  EXPECT_EQ(one.status, kExitOk);
  EXPECT_THAT(one.out, AllOf(HasSubstr("431"), HasSubstr("max_head_bytes"), HasSubstr("RFC 6585")));
  const Outcome none = Call({"errors", "too_large"});
  EXPECT_EQ(none.status, kExitUsage);
  EXPECT_THAT(none.err, HasSubstr("is no kind of parse error"));
}

TEST(ErrorsCommand, AnswersAsJson) {
  const Outcome one = Call({"errors", "head_too_large", "--json"});
  EXPECT_EQ(one.status, kExitOk);
  EXPECT_THAT(one.out, AllOf(HasSubstr("\"kind\":\"head_too_large\""), HasSubstr("\"status\":431"),
                             HasSubstr("\"section\":\"RFC 6585")));
  const std::string all = Call({"errors", "--json"}).out;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), kParseErrorCount - 1);
}

}  // namespace
}  // namespace weir
