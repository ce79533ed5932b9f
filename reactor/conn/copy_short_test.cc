#include "weir/reactor/conn/copy_short.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(CopyShortTest, CopiesEachSizeAndNoByteMore) {
  std::string text;
  for (std::size_t size = 0; size <= 100; ++size) {
    std::string to(size + 2, '#');
    EXPECT_EQ(CopyShort(&to[1], text), &to[1] + size);
    EXPECT_EQ(to, "#" + text + "#");
    text.push_back(static_cast<char>('!' + size % 90));
  }
}

}  // namespace
}  // namespace weir
