// Help, manual and completion have every command and option of the tables.
#include "weir/control/weirctl/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <string>

#include "weir/control/weirctl/options.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string Output(const std::vector<std::string>& arguments, int expected_status = kExitOk) {
  std::istringstream in;
  std::ostringstream out, err;
  EXPECT_EQ(RunWeirctl(arguments, in, out, err), expected_status) << err.str();
  return expected_status == kExitOk ? out.str() : err.str();
}

TEST(CommandsTest, AreFoundByTheirNames) {
  for (const CommandSpec& command : CommandSpecs()) {
    std::istringstream split{std::string(command.name)};
    std::vector<std::string> words;
    for (std::string word; split >> word;) words.push_back(word);
    EXPECT_EQ(words.size(), WordsOf(command));
    words.push_back("more");
    EXPECT_EQ(FindCommand(words), &command);
    EXPECT_FALSE(command.text.empty());
  }
  EXPECT_EQ(FindCommand({}), nullptr);
  EXPECT_EQ(FindCommand({"limits"}), nullptr);
}

TEST(CommandsTest, RefuseWordsThatTheyDoNotTake) {
  EXPECT_THAT(Output({"manual", "more"}, kExitUsage), HasSubstr("is no command"));
}

TEST(CommandsTest, HelpNamesEachCommandOptionAndExitStatus) {
  const std::string help = Output({"--help"});
  for (const CommandSpec& command : CommandSpecs()) {
    EXPECT_THAT(help, HasSubstr("weirctl " + std::string(command.name)));
  }
  for (const OptionSpec& option : OptionSpecs()) {
    EXPECT_THAT(help, HasSubstr("\n  " + std::string(option.name)));
  }
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(CommandsTest, TheManualNamesEachCommandAndOption) {
  const std::string manual = Output({"manual"});
  EXPECT_THAT(manual, testing::StartsWith(".TH WEIRCTL 1 "));
  for (const CommandSpec& command : CommandSpecs()) {
    EXPECT_THAT(manual, HasSubstr("\\fB" + std::string(command.name)));
  }
  EXPECT_THAT(manual, HasSubstr("\\fB\\-\\-validate\\-only\\fR"));
  EXPECT_THAT(manual, HasSubstr(".SH \"KEYS OF TOP\"\n.TP\n\\fBq\\fR\nquit; "));
}

// What bash would offer for these words, the last of which is unfinished.
std::string Complete(const std::string& words, int index) {
  const std::string script = Output({"completion", "bash"}) + "COMP_WORDS=(" + words +
                             "); COMP_CWORD=" + std::to_string(index) +
                             "; _weirctl; echo -n \"${COMPREPLY[*]}\"";
  const std::string command = "bash -c '" + [&script] {
    std::string quoted;
    for (const char c : script) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted;
  }() + "' 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  std::array<char, 4096> buffer;
  std::string text;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  EXPECT_EQ(::pclose(pipe), 0) << text;
  return text;
}

TEST(CompletionTest, OffersCommandsOptionsAndLimits) {
  EXPECT_EQ(Complete("weirctl exp", 1), "explain");
  EXPECT_EQ(Complete("weirctl to", 1), "top");
  EXPECT_EQ(Complete("weirctl limits se", 2), "set");
  EXPECT_EQ(Complete("weirctl limits set max_hea", 3), "max_head_bytes=");
  EXPECT_EQ(Complete("weirctl limits get max_hea", 3), "max_head_bytes");
  EXPECT_EQ(Complete("weirctl stats --validate", 2), "--validate-only");
  EXPECT_EQ(Complete("weirctl completion f", 2), "fish");
  EXPECT_THAT(Complete("weirctl stats x", 2), IsEmpty());
}

TEST(CompletionTest, KnowsItsShells) {
  EXPECT_THAT(Output({"completion", "zsh"}), HasSubstr("bashcompinit"));
  EXPECT_THAT(Output({"completion", "fish"}), HasSubstr("complete -c weirctl -l validate-only"));
  EXPECT_THAT(Output({"completion", "tcsh"}, kExitUsage), HasSubstr("bash, zsh or fish"));
  EXPECT_THAT(Output({"completion"}, kExitUsage), HasSubstr("name the shell"));
}

}  // namespace
}  // namespace weir
