// Every command, option, limit and finding that the operations guide names is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "weir/control/weirctl/command_line.h"
#include "weir/control/weirctl/commands.h"
#include "weir/parser/parse_error.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::string ReadGuide() {
  std::ifstream file("control/OPERATIONS.md");
  EXPECT_TRUE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands in backquotes, outside of blocks.
std::vector<std::string> Quoted(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) continue;
    for (std::size_t at = line.find('`'); at != line.npos;) {
      const std::size_t end = line.find('`', at + 1);
      if (end == line.npos) break;
      found.push_back(line.substr(at + 1, end - at - 1));
      at = line.find('`', end + 1);
    }
  }
  return found;
}

// Lines that begin with weirctl, and such quoted ones.
std::vector<std::string> Commands(const std::string& text) {
  std::vector<std::string> commands;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("weirctl ", 0) == 0) commands.push_back(line);
  }
  for (const std::string& quoted : Quoted(text)) {
    if (quoted.rfind("weirctl ", 0) == 0) commands.push_back(quoted);
  }
  return commands;
}

// As a shell would split it: double quotes keep words together.
std::vector<std::string> Split(const std::string& command) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : command) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

TEST(OperationsTest, EveryCommandCanBeTyped) {
  const std::vector<std::string> commands = Commands(ReadGuide());
  EXPECT_GT(commands.size(), 20u);
  for (const std::string& command : commands) {
    std::vector<std::string> words = Split(command);
    words.erase(words.begin());
    const auto line = ParseCommandLine(words);
    ASSERT_TRUE(line.ok()) << command << ": " << line.status();
    const CommandSpec* const spec = FindCommand(line->words);
    ASSERT_NE(spec, nullptr) << command;
    const std::vector<std::string> rest(
        line->words.begin() + static_cast<std::ptrdiff_t>(WordsOf(*spec)), line->words.end());
    EXPECT_TRUE(rest.empty() || !spec->arguments.empty()) << command;
    if (spec->name == "limits get") {
      for (const std::string& name : rest) EXPECT_NE(FindLimitSpec(name), nullptr) << command;
    }
    if (spec->name != "limits set") continue;
    for (const std::string& assignment : rest) {
      EXPECT_NE(FindLimitSpec(assignment.substr(0, assignment.find('='))), nullptr) << command;
    }
  }
}

TEST(OperationsTest, EachPartOfTheTableHasItsSection) {
  const std::string guide = ReadGuide();
  std::size_t links = 0;
  for (std::size_t at = guide.find("](#"); at != guide.npos; at = guide.find("](#", at + 1)) {
    std::string title = guide.substr(at + 3, guide.find(')', at) - at - 3);
    for (char& c : title) c = c == '-' ? ' ' : c;
    std::string found;
    std::istringstream lines(guide);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("## ", 0) != 0) continue;
      std::string lower;
      for (const char c : line.substr(3)) lower += static_cast<char>(std::tolower(c));
      if (lower == title) found = line;
    }
    EXPECT_FALSE(found.empty()) << title;
    ++links;
  }
  EXPECT_GE(links, 9u);
}

TEST(OperationsTest, NamesOfErrorsAndReasonsExist) {
  const std::string guide = ReadGuide();
  std::vector<std::string> known;
  for (std::size_t i = 0; i < kParseErrorCount; ++i) {
    known.emplace_back(Describe(static_cast<ParseError>(i)).name);
  }
  const std::size_t section = guide.find("| kind | what the proxy does");
  ASSERT_NE(section, guide.npos);
  std::istringstream rows(guide.substr(section, guide.find("\n\n", section) - section));
  std::size_t kinds = 0;
  for (std::string row; std::getline(rows, row);) {
    if (row.rfind("| `", 0) != 0) continue;
    const std::string cell = row.substr(2, row.find(" |", 2) - 2);
    for (const std::string& kind : Quoted(cell)) {
      EXPECT_THAT(known, testing::Contains(kind));
      ++kinds;
    }
  }
  EXPECT_GE(kinds, 6u);
}

}  // namespace
}  // namespace weir
