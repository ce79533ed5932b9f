#include "weir/reactor/conn/byte_buffer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace weir {
namespace {

TEST(ByteBufferTest, HoldsNothingUntilItIsUsed) {
  ByteBuffer buffer;
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.view(), "");
  buffer.Append("");
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(ByteBufferTest, KeepsWhatIsInUseWhenItGrows) {
  ByteBuffer buffer;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    buffer.Append("abc");
    expected += "abc";
    if (i % 3 == 0) {
      buffer.Consume(2);
      expected.erase(0, 2);
    }
  }
  EXPECT_EQ(buffer.view(), expected);
}

TEST(ByteBufferTest, MovesToTheFrontBeforeItGrows) {
  ByteBuffer buffer;
  buffer.Append(std::string(1000, 'a') + "tail");
  const std::size_t capacity = buffer.capacity();
  buffer.Consume(1000);
  buffer.Reserve(1000);
  EXPECT_EQ(buffer.capacity(), capacity);
  EXPECT_EQ(buffer.view(), "tail");
  EXPECT_GE(buffer.room(), 1000u);
}

TEST(ByteBufferTest, GivesMemoryBack) {
  ByteBuffer buffer;
  buffer.Append(std::string(100000, 'a'));
  buffer.Clear();
  buffer.Shrink(200000);
  EXPECT_GE(buffer.capacity(), 100000u);
  buffer.Shrink(1000);
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(ByteBufferTest, MovesAndTruncates) {
  ByteBuffer a;
  a.Append("hello");
  a.Truncate(4);
  ByteBuffer b = std::move(a);
  EXPECT_EQ(b.view(), "hell");
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  a = std::move(b);
  EXPECT_EQ(a.view(), "hell");
}

}  // namespace
}  // namespace weir
