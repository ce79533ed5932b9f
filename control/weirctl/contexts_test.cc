// Names for servers, and command lines that are for several.
#include "weir/control/weirctl/contexts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "weir/control/weirctl/targets.h"

namespace weir {
namespace {

using testing::HasSubstr;

constexpr char kTwo[] =
    "# mine\n"
    "[ shop ]\n"
    "target = 10.0.0.1:9000, 10.0.0.2:9000  # both\n"
    "tls_ca=/ca.pem\n"
    "tls_certificate = /me.pem\r\n"
    "\ttls_key = /me.key\n"
    "\n"
    "[local]\n"
    "target = unix:/run/weir.sock";

std::string FaultOf(std::string_view text) {
  const auto contexts = ParseContexts(text);
  return contexts.ok() ? "" : std::string(contexts.status().message());
}

TEST(ContextsTest, HaveTargetsAndFiles) {
  const auto contexts = ParseContexts(kTwo);
  ASSERT_TRUE(contexts.ok()) << contexts.status();
  ASSERT_EQ(contexts->size(), 2u);
  const Context& shop = contexts->front();
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.targets, "10.0.0.1:9000, 10.0.0.2:9000");
  EXPECT_EQ(shop.tls_ca, "/ca.pem");
  EXPECT_EQ(shop.tls_certificate, "/me.pem");
  EXPECT_EQ(shop.tls_key, "/me.key");
  EXPECT_EQ(contexts->back().targets, "unix:/run/weir.sock");
  EXPECT_EQ(contexts->back().tls_ca, "");
}

TEST(ContextsTest, SayWhichLineIsWrong) {
  EXPECT_EQ(FaultOf(""), "");
  EXPECT_THAT(FaultOf("target = a:1"), HasSubstr("line 1 stands before"));
  EXPECT_THAT(FaultOf("[a]\ntarget = b:1\n[a]"), HasSubstr("line 3 has [a] for the second time"));
  EXPECT_THAT(FaultOf("[a]\ntargets = b:1"), HasSubstr("line 2 has \"targets\""));
  EXPECT_THAT(FaultOf("[a]\ntarget"), HasSubstr("line 2 is neither"));
  for (const char* name : {"[a", "[]", "[", "[ ]", "[a]b"}) {
    EXPECT_THAT(FaultOf(name), HasSubstr("line 1 is no \"[NAME]\"")) << name;
  }
  EXPECT_THAT(FaultOf("[a]\ntls_ca = /x"), HasSubstr("[a] has no target"));
}

TEST(ContextsTest, TheFileIsWhereTheEnvironmentSays) {
  ::unsetenv("WEIR_CONTEXTS");
  ::unsetenv("XDG_CONFIG_HOME");
  ::setenv("HOME", "/home/x", 1);
  EXPECT_EQ(ContextsPath(), "/home/x/.config/weir/contexts");
  ::setenv("XDG_CONFIG_HOME", "/config", 1);
  EXPECT_EQ(ContextsPath(), "/config/weir/contexts");
  ::setenv("WEIR_CONTEXTS", "/mine", 1);
  EXPECT_EQ(ContextsPath(), "/mine");
  EXPECT_TRUE(ReadContexts("/nowhere/at/all")->empty());
  EXPECT_THAT(std::string(ReadContexts("/").status().message()), HasSubstr("/: "));
}

class TargetsTest : public testing::Test {
 protected:
  TargetsTest() : path_(testing::TempDir() + "contexts") {
    std::ofstream(path_) << kTwo;
    ::setenv("WEIR_CONTEXTS", path_.c_str(), 1);
  }

  static std::string FaultOf(const CommandLine& line) {
    const auto lines = LinesForTargets(line);
    return lines.ok() ? "" : std::string(lines.status().message());
  }

  const std::string path_;
  CommandLine line_;
};

TEST_F(TargetsTest, EachHasALineOfItsOwn) {
  line_.context = "shop";
  line_.tls_key = "/other.key";
  const auto lines = LinesForTargets(line_);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ(lines->front().target, "10.0.0.1:9000");
  EXPECT_EQ(lines->back().target, "10.0.0.2:9000");
  EXPECT_EQ(lines->back().tls_ca, "/ca.pem");
  EXPECT_EQ(lines->back().tls_key, "/other.key");
}

TEST_F(TargetsTest, SayWhatIsWrong) {
  line_.context = "shops";
  EXPECT_THAT(FaultOf(line_), HasSubstr("has no [shops]"));
  line_.context = "shop";
  line_.target_given = true;
  EXPECT_THAT(FaultOf(line_), HasSubstr("not both"));
  line_.context.clear();
  line_.target = "a:1,b:2,a:1";
  EXPECT_THAT(FaultOf(line_), HasSubstr("a:1 comes twice"));
  line_.target = "a:1,";
  EXPECT_THAT(FaultOf(line_), HasSubstr("neither unix:/PATH nor"));
}

}  // namespace
}  // namespace weir
