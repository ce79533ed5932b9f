// parser/README.md lists every kind of refusal as the table has it.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "weir/parser/parse_error.h"

namespace weir {
namespace {

TEST(ReadmeTest, ListsEveryKindOfRefusal) {
  std::ifstream in("parser/README.md");
  ASSERT_TRUE(in);
  std::ostringstream text;
  text << in.rdbuf();
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    std::ostringstream row;
    row << "| `" << info.name << "` | " << info.status << " | " << info.section << " | "
        << info.text << " |\n";
    EXPECT_NE(text.str().find(row.str()), std::string::npos) << "missing: " << row.str();
  }
}

}  // namespace
}  // namespace weir
