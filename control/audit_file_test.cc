// A file of lines that stays whole and bounded, whatever the disk does.
#include "weir/control/audit_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/reactor/unique_fd.h"

namespace weir {
namespace {

using testing::ElementsAre;

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// For what another thread does soon.
bool Eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

class AuditFileTest : public testing::Test {
 protected:
  AuditFileTest() {
    std::string directory = testing::TempDir() + "/weir-XXXXXX";
    if (::mkdtemp(directory.data()) != nullptr) path_ = directory + "/audit";
  }
  std::unique_ptr<AuditFile> Open(std::uint64_t max_bytes) const {
    auto file = AuditFile::Open(path_, max_bytes);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }
  // Appends the line and sees it written.
  void Write(AuditFile* file, const std::string& line) const {
    file->Append(line + "\n");
    EXPECT_TRUE(Eventually([&] {
      const std::vector<std::string> lines = Lines(path_);
      return !lines.empty() && lines.back() == line;
    })) << line;
  }

  std::string path_;
};

TEST_F(AuditFileTest, BeginsAnewRatherThanGrowWithoutEnd) {
  const auto file = Open(10);
  const auto other = Open(10);  // as another process has it
  Write(file.get(), "one");
  Write(file.get(), "two");
  EXPECT_THAT(Lines(path_), ElementsAre("one", "two"));
  Write(file.get(), "three");
  EXPECT_THAT(Lines(path_), ElementsAre("three"));
  EXPECT_THAT(Lines(path_ + ".1"), ElementsAre("one", "two"));
  Write(other.get(), "four");
  EXPECT_THAT(Lines(path_), ElementsAre("three", "four")) << "it follows";
  Write(file.get(), "five");
  EXPECT_THAT(Lines(path_), ElementsAre("five"));
  EXPECT_THAT(Lines(path_ + ".1"), ElementsAre("three", "four"));
}

TEST_F(AuditFileTest, GrowsAsItWillWhereSomethingElseSeesToThat) {
  for (int i = 0; i < 100; ++i) Open(0)->Append("line\n");
  EXPECT_EQ(Lines(path_).size(), 100u);
}

TEST_F(AuditFileTest, ALineThatIsCutShortSpoilsNoOther) {
  auto file = Open(0);
  Write(file.get(), "one");
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit full = {6, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  file->Append("two\n");
  EXPECT_TRUE(Eventually([&] { return file->failures() == 1; }));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  file->Append("three\n");
  file->Append("four\n");
  file = nullptr;
  EXPECT_THAT(Lines(path_), ElementsAre("one", "tw", "three", "four"));
}

TEST_F(AuditFileTest, ADiskThatHangsHoldsUpNobody) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const UniqueFd disk(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(disk.valid());
  ASSERT_GE(::fcntl(disk.get(), F_SETPIPE_SZ, 4096), 0);
  auto file = Open(10);
  const std::string line = std::string(1023, 'x') + "\n";
  constexpr std::size_t kFlood = 2 * AuditFile::kMaxWaiting;
  for (std::size_t i = 0; i < kFlood; ++i) file->Append(line);
  // The pipe takes four, one is being written, and the others wait, or there were too many.
  const std::uint64_t dropped = file->failures();
  EXPECT_GE(dropped, kFlood - AuditFile::kMaxWaiting - 5);
  EXPECT_LE(dropped, kFlood - AuditFile::kMaxWaiting);
  // It goes on.
  std::thread ends([&file] { file = nullptr; });
  const std::size_t expected = (kFlood - dropped) * line.size();
  std::size_t got = 0;
  std::string buffer(4096, '\0');
  EXPECT_TRUE(Eventually([&] {
    const ssize_t count = ::read(disk.get(), buffer.data(), buffer.size());
    if (count > 0) got += static_cast<std::size_t>(count);
    return got == expected;
  })) << got
      << " of " << expected;
  ends.join();
}

}  // namespace
}  // namespace weir
