// A file of lines that stays whole and bounded, whatever the disk does.
#include "weir/control/audit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using testing::ElementsAre;

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class AuditFileTest : public testing::Test {
 protected:
  AuditFileTest() {
    std::string directory = testing::TempDir() + "/weir-XXXXXX";
    if (::mkdtemp(directory.data()) != nullptr) path_ = directory + "/audit";
  }
  std::unique_ptr<AuditFile> Open(std::uint64_t max_bytes) {
    auto file = AuditFile::Open(path_, max_bytes);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }

  std::string path_;
};

TEST_F(AuditFileTest, BeginsAnewRatherThanGrowWithoutEnd) {
  const auto file = Open(10);
  const auto other = Open(10);  // as another process has it
  for (const char* line : {"one\n", "two\n"}) EXPECT_TRUE(file->Write(line));
  EXPECT_THAT(Lines(path_), ElementsAre("one", "two"));
  EXPECT_TRUE(file->Write("three\n"));
  EXPECT_THAT(Lines(path_), ElementsAre("three"));
  EXPECT_THAT(Lines(path_ + ".1"), ElementsAre("one", "two"));
  EXPECT_TRUE(other->Write("four\n"));
  EXPECT_THAT(Lines(path_), ElementsAre("three", "four")) << "it follows";
  EXPECT_TRUE(file->Write("five\n"));
  EXPECT_THAT(Lines(path_), ElementsAre("five"));
  EXPECT_THAT(Lines(path_ + ".1"), ElementsAre("three", "four"));
}

TEST_F(AuditFileTest, GrowsAsItWillWhereSomethingElseSeesToThat) {
  const auto file = Open(0);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(file->Write("line\n"));
  EXPECT_EQ(Lines(path_).size(), 100u);
}

TEST_F(AuditFileTest, ALineThatIsCutShortSpoilsNoOther) {
  const auto file = Open(0);
  EXPECT_TRUE(file->Write("one\n"));
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit full = {6, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  EXPECT_FALSE(file->Write("two\n"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(file->Write("three\n"));
  EXPECT_TRUE(file->Write("four\n"));
  EXPECT_THAT(Lines(path_), ElementsAre("one", "tw", "three", "four"));
}

}  // namespace
}  // namespace weir
