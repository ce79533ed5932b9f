// Runs with WEIR_SIMD naming an instruction set that does not exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/reactor/server.h"

namespace weir {
namespace {

TEST(ServerKernelTest, DoesNotStartWithAnInstructionSetThatItDoesNotHave) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  const auto server = Server::Start(options, [](const Request&, ResponseWriter) {});
  ASSERT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(server.status().message()), testing::HasSubstr("mmx"));
}

}  // namespace
}  // namespace weir
