#include "weir/control/weirctl/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "weir/control/weirctl/default_endpoint.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CommandLineTest, OptionsMayStandAnywhere) {
  const auto line = ParseCommandLine({"--json", "limits", "--target=unix:/a", "set", "a=b",
                                      "--timeout", "2s", "--validate-only", "--etag=e"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->words, ElementsAre("limits", "set", "a=b"));
  EXPECT_TRUE(line->json);
  EXPECT_TRUE(line->validate_only);
  EXPECT_EQ(line->target, "unix:/a");
  EXPECT_EQ(line->etag, "e");
  EXPECT_EQ(line->timeout_ms, 2000u);
}

TEST(CommandLineTest, TheTargetComesFromTheEnvironmentOrIsTheDefault) {
  ::unsetenv("WEIR_TARGET");
  EXPECT_EQ(ParseCommandLine({})->target, DefaultEndpoint());
  ::setenv("WEIR_TARGET", "unix:/from/environment", 1);
  EXPECT_EQ(ParseCommandLine({})->target, "unix:/from/environment");
  EXPECT_EQ(ParseCommandLine({"--target", "unix:/b"})->target, "unix:/b");
  ::unsetenv("WEIR_TARGET");
}

TEST(CommandLineTest, TwoDashesEndOptions) {
  EXPECT_THAT(ParseCommandLine({"a", "--", "--json"})->words, ElementsAre("a", "--json"));
}

TEST(CommandLineTest, SaysWhatIsWrong) {
  EXPECT_THAT(std::string(ParseCommandLine({"--nonsense"}).status().message()),
              HasSubstr("unknown option --nonsense"));
  EXPECT_THAT(std::string(ParseCommandLine({"--target"}).status().message()),
              HasSubstr("needs a value"));
  for (const char* option :
       {"--timeout=x", "--timeout=0", "--timeout=", "--interval=-1", "--count=x", "--json=1"}) {
    EXPECT_FALSE(ParseCommandLine({option}).ok()) << option;
  }
}

TEST(CommandLineTest, ReadsUnits) {
  EXPECT_EQ(ParseBytes("0"), 0u);
  EXPECT_EQ(ParseBytes("16KiB"), 16384u);
  EXPECT_EQ(ParseBytes("2MiB"), 2097152u);
  EXPECT_EQ(ParseBytes("1GiB"), 1073741824u);
  EXPECT_EQ(ParseMs("250"), 250u);
  EXPECT_EQ(ParseMs("250ms"), 250u);
  EXPECT_EQ(ParseMs("10s"), 10000u);
  EXPECT_EQ(ParseMs("2m"), 120000u);
  EXPECT_EQ(ParseMs("1h"), 3600000u);
  EXPECT_EQ(ParseNumber("18446744073709551615"), 18446744073709551615u);
}

TEST(CommandLineTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-1", "+1", "1.5", "0x10", " 1", "1 ", "KiB", "1kb", "1KiBs",
                           "18446744073709551616", "18014398509481984KiB"}) {
    EXPECT_FALSE(ParseBytes(text).has_value()) << text;
    EXPECT_FALSE(ParseMs(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseNumber("1KiB").has_value());
}

}  // namespace
}  // namespace weir
