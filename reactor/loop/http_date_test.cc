#include "weir/reactor/loop/http_date.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(HttpDateTest, FormatsAsImfFixdate) {
  HttpDate date;
  EXPECT_EQ(date.At(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 section 5.6.7
  EXPECT_EQ(date.At(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.At(951782399), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(date.At(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date.At(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(HttpDateTest, KeepsTheTextOfTheSameSecond) {
  HttpDate date;
  const std::string_view first = date.At(784111777);
  EXPECT_EQ(date.At(784111777).data(), first.data());
  EXPECT_EQ(date.At(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace weir
