#include "weir/reactor/loop/syscalls.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace weir {
namespace {

// A static Server, say, whose destructor closes what it has opened.
TEST(SyscallsDeathTest, AreThereWhileStaticsAreDestroyed) {
  EXPECT_EXIT(
      {
        std::atexit([] { std::_Exit(Syscalls::System()->Close(-1) == -1 ? 0 : 1); });
        Syscalls::System();
        std::exit(2);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace weir
