// The reference document and the comments of struct Limits say what the table says.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "weir/reactor/limit_presets.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Row(const LimitSpec& spec) {
  std::ostringstream row;
  row << "| `" << spec.name << "` | " << spec.unit << " | " << FormatLimit(spec, spec.min) << " | "
      << FormatLimit(spec, spec.max) << " | " << FormatLimit(spec, spec.default_value) << " | "
      << Describe(spec.applies) << " | " << spec.answer << " | `" << spec.counter << "` | "
      << spec.text << " |\n";
  return row.str();
}

TEST(LimitsDocumentTest, HasTheTableAsItIs) {
  std::string expected;
  for (const LimitSpec& spec : LimitSpecs()) expected += Row(spec);
  EXPECT_NE(ReadFile("reactor/LIMITS.md").find("\n" + expected + "\n"), std::string::npos)
      << "reactor/LIMITS.md must have these rows:\n"
      << expected;
}

TEST(LimitsDocumentTest, HasThePresetsAsTheyAre) {
  std::ostringstream expected;
  for (const LimitSpec& spec : LimitSpecs()) {
    expected << "| `" << spec.name << "` |";
    for (const LimitPreset& preset : LimitPresets()) {
      expected << " " << FormatLimit(spec, preset.limits.*spec.member) << " |";
    }
    expected << "\n";
  }
  EXPECT_NE(ReadFile("reactor/LIMITS.md").find("\n" + expected.str() + "\n"), std::string::npos)
      << "reactor/LIMITS.md must have these rows:\n"
      << expected.str();
}

TEST(LimitsDocumentTest, SaysOfEachWhatLoweringDoes) {
  const std::string document = ReadFile("reactor/LIMITS.md");
  const std::size_t begin = document.find("\n## What lowering does to what is open\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = document.substr(begin, document.find("\n## ", begin + 1) - begin);
  for (const LimitSpec& spec : LimitSpecs()) {
    EXPECT_NE(section.find("`" + std::string(spec.name) + "`"), std::string::npos) << spec.name;
  }
}

TEST(LimitsDocumentTest, NamesTheLimitsThatAListenerCanHave) {
  std::string expected;
  for (const LimitSpec& spec : LimitSpecs()) {
    if (!spec.per_listener) continue;
    expected += (expected.empty() ? "`" : ", `") + std::string(spec.name) + "`";
  }
  EXPECT_NE(ReadFile("reactor/LIMITS.md").find("\n" + expected + "\n"), std::string::npos)
      << "reactor/LIMITS.md must have this line:\n"
      << expected;
}

TEST(LimitsDocumentTest, TheStructNamesEachDefault) {
  const std::string header = ReadFile("reactor/limits.h");
  for (const LimitSpec& spec : LimitSpecs()) {
    const std::size_t member = header.find("std::uint64_t " + std::string(spec.name) + " = ");
    ASSERT_NE(member, std::string::npos) << spec.name;
    const std::size_t comment = header.rfind("\n\n", member);
    const std::string before = header.substr(comment, member - comment);
    EXPECT_NE(before.find("efault"), std::string::npos) << spec.name << " has no default in words";
  }
}

}  // namespace
}  // namespace weir
