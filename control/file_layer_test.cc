// The file of limits: its text, and the layer that follows it.
#include "weir/control/file_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "weir/control/limits_file.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(LimitsFileTest, ReadsNamesValuesAndComments) {
  const auto changes =
      ParseLimits("# ours\n\n max_fields=5 # few\r\nmax_head_bytes = 4096\nmax_body_bytes=0");
  ASSERT_TRUE(changes.ok());
  ASSERT_EQ(changes->size(), 3u);
  EXPECT_EQ((*changes)[0].spec->name, "max_fields");
  EXPECT_EQ((*changes)[1].value, 4096u);
  EXPECT_EQ((*changes)[2].value, 0u);
  EXPECT_TRUE(ParseLimits("")->empty());
}

TEST(LimitsFileTest, NamesEachLineAtFault) {
  const auto changes =
      ParseLimits("max_fields\nmax_feilds = 5\nmax_fields = 5k\nmax_fields = -1\n");
  EXPECT_THAT(std::string(changes.status().message()),
              AllOf(HasSubstr("line 1: is no"), HasSubstr("line 2: \"max_feilds\" is not a limit"),
                    HasSubstr("line 3: \"5k\" is no value of max_fields: 1 to 65536 fields"),
                    HasSubstr("line 4")));
}

TEST(LimitsFileTest, WritesAChoiceByName) {
  const auto changes = ParseLimits("overload_action = reset\n");
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_EQ((*changes)[0].value, 1u);
  EXPECT_EQ(FormatLimits({{(*changes)[0].spec, 1}}), "overload_action = reset  # choice\n");
  EXPECT_THAT(std::string(ParseLimits("overload_action = drop\n").status().message()),
              HasSubstr("respond_503, reset or queue"));
}

TEST(LimitsFileTest, ReadsAndWritesWhatIsForOneListener) {
  const auto changes = ParseLimits("listen_backlog@[::1]:80 = 16\nlisten_backlog @ a@b = 8\n");
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_EQ((*changes)[0].spec->name, "listen_backlog");
  EXPECT_EQ((*changes)[0].listener, "[::1]:80");
  EXPECT_EQ((*changes)[0].value, 16u);
  EXPECT_EQ((*changes)[1].listener, "a@b");
  EXPECT_EQ(FormatLimits({{(*changes)[0].spec, 16, LayerValue::kNever, "a@b"}}),
            "listen_backlog@a@b = 16  # connections\n");
  EXPECT_THAT(std::string(ParseLimits("listen_backlog@ = 16\n").status().message()),
              HasSubstr("line 1: names no listener"));
  EXPECT_TRUE(CanNameInFile("unix:/run/a b"));
  for (const char* const name : {"unix:/run/a=b", "unix:/run/#1", "unix:/run/a\nb", "unix:/a "}) {
    EXPECT_FALSE(CanNameInFile(name)) << name;
  }
}

class FileLayerTest : public testing::Test {
 protected:
  FileLayerTest() {
    std::string directory = testing::TempDir() + "/weir-XXXXXX";
    if (::mkdtemp(directory.data()) != nullptr) path_ = directory + "/limits";
  }
  std::uint64_t MaxFields() { return limits_.current()->limits.max_fields; }

  std::string path_;
  LimitsStore limits_{Limits()};
};

TEST_F(FileLayerTest, FollowsTheFile) {
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 5\nmax_head_bytes = 4096\n").ok());
  FileLayer layer(&limits_, path_);
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(MaxFields(), 5u);
  EXPECT_FALSE(layer.Check());
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 6\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(MaxFields(), 6u);
  EXPECT_EQ(limits_.current()->limits.max_head_bytes, Limits().max_head_bytes);
  EXPECT_TRUE(layer.status().ok());
}

// As an editor or a shell writes it: emptied, then filled piece by piece.
TEST_F(FileLayerTest, HalfAFileRevertsNothing) {
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 5\nmax_head_bytes = 4096\n").ok());
  FileLayer layer(&limits_, path_);
  EXPECT_TRUE(layer.Check());
  for (const char* half :
       {"", "max_fields = 6", "max_fields = 66", "max_fields = 66\nmax_head_b"}) {
    ASSERT_TRUE(WriteLimitsFile(path_, half).ok());
    EXPECT_FALSE(layer.Check()) << half;
  }
  EXPECT_EQ(limits_.version(), 2u);
  EXPECT_EQ(MaxFields(), 5u);
  EXPECT_EQ(limits_.current()->limits.max_head_bytes, 4096u);
  EXPECT_TRUE(layer.status().ok());
  // What was there before needs no second look.
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 5\nmax_head_bytes = 4096\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_FALSE(layer.Check());
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 66\nmax_head_bytes = 2048\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(MaxFields(), 66u);
  EXPECT_EQ(limits_.current()->limits.max_head_bytes, 2048u);
}

TEST_F(FileLayerTest, KeepsTheLastGoodValues) {
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 5\n").ok());
  FileLayer layer(&limits_, path_);
  layer.Check();
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 6\nmax_head_bytes = 1\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_THAT(std::string(layer.status().message()),
              AllOf(HasSubstr(path_), HasSubstr("max_head_bytes = 1"), HasSubstr("last good")));
  EXPECT_EQ(MaxFields(), 5u);
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(layer.status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(layer.Check());
  EXPECT_EQ(MaxFields(), 5u);
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 7\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(MaxFields(), 7u);
}

TEST_F(FileLayerTest, SetsLimitsOfListeners) {
  limits_.AddListener("health", {});
  FileLayer layer(&limits_, path_);
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 5\nlisten_backlog@health = 16\n").ok());
  EXPECT_TRUE(layer.Check());
  EXPECT_TRUE(layer.status().ok()) << layer.status();
  EXPECT_EQ(limits_.current()->layers.Merge("health").listen_backlog, 16u);
  EXPECT_EQ(limits_.current()->limits.listen_backlog, 4096u);
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 6\nlisten_backlog@helth = 8\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_THAT(std::string(layer.status().message()), HasSubstr("the listeners are health"));
  EXPECT_EQ(MaxFields(), 5u);
  ASSERT_TRUE(WriteLimitsFile(path_, "max_fields = 6\n").ok());
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.Check());
  EXPECT_EQ(limits_.current()->layers.Merge("health").listen_backlog, 4096u);
}

TEST_F(FileLayerTest, RefusesWhatIsTooLarge) {
  ASSERT_TRUE(WriteLimitsFile(path_, std::string(kMaxLimitsFileBytes + 1, '#')).ok());
  FileLayer layer(&limits_, path_);
  EXPECT_TRUE(layer.Check());
  EXPECT_THAT(std::string(layer.status().message()), HasSubstr("is it a file of limits?"));
}

TEST_F(FileLayerTest, WithoutAFileThereIsNothingToDo) {
  FileLayer layer(&limits_, "");
  EXPECT_FALSE(layer.Check());
  EXPECT_TRUE(layer.status().ok());
}

TEST_F(FileLayerTest, WritesForOneUserAlone) {
  ASSERT_TRUE(WriteLimitsFile(path_, "").ok());
  struct stat file = {};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_EQ(WriteLimitsFile(path_ + "/x", "").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace weir
