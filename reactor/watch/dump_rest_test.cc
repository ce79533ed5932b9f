#include "weir/reactor/watch/dump_rest.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(DumpRestTest, RestsAThousandTimesAsLongAsACountOfNoneTook) {
  DumpRest rest;
  EXPECT_TRUE(rest.IsDue(0));
  rest.Counted(50, 5, 0);
  EXPECT_FALSE(rest.IsDue(50));
  EXPECT_FALSE(rest.IsDue(5049));
  EXPECT_TRUE(rest.IsDue(5050));
}

TEST(DumpRestTest, DoesNotRestWhileThereAreAny) {
  DumpRest rest;
  rest.Counted(50, 5, 0);
  rest.Counted(5050, 5, 1);
  EXPECT_TRUE(rest.IsDue(5050));
  rest.Counted(5050, 7, 0);
  EXPECT_FALSE(rest.IsDue(5051));
}

}  // namespace
}  // namespace weir
