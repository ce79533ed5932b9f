#include "weir/reactor/loop/clock.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace weir {
namespace {

// A static Server, say, whose destructor drains after the clock's first user was made.
TEST(ClockDeathTest, TellsTheTimeWhileStaticsAreDestroyed) {
  EXPECT_EXIT(
      {
        std::atexit([] { std::_Exit(Clock::System()->MonotonicNs() > 0 ? 0 : 1); });
        Clock::System();
        std::exit(2);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace weir
