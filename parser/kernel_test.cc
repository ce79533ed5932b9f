// Run once for each value of WEIR_SIMD, see BUILD.bazel.

#include "weir/parser/kernel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "weir/parser/request_parser.h"

namespace weir {
namespace {

constexpr std::string_view kHead = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string Wish() {
  const char* const wish = std::getenv("WEIR_SIMD");
  return wish == nullptr ? "" : wish;
}

bool CanBeHad(const std::string& name) {
  for (const ParserKernel kernel : kParserKernels) {
    if (KernelName(kernel) == name && IsKernelAvailable(kernel)) return true;
  }
  return false;
}

// First in this program: nothing has been parsed and nothing forced before.
TEST(Kernel, TheOneThatWasAskedForRuns) {
  FieldRef table[1];
  RequestParser parser(table, 1);
  ASSERT_EQ(parser.Parse(kHead, ParserLimits()), ParseStatus::kComplete);
  if (CanBeHad(Wish())) {
    EXPECT_EQ(KernelName(ActiveKernel()), Wish());
    EXPECT_EQ(KernelSelectionError(), "");
    return;
  }
  ParserKernel best = ParserKernel::kScalar;
  for (const ParserKernel kernel : kParserKernels) {
    if (IsKernelAvailable(kernel)) best = kernel;
  }
  EXPECT_EQ(ActiveKernel(), best);
  EXPECT_EQ(KernelSelectionError().empty(), Wish().empty());
}

TEST(Kernel, EveryAArch64CpuHasNeonAndNoOtherHas) {
#if defined(__aarch64__)
  EXPECT_TRUE(IsKernelAvailable(ParserKernel::kNeon));
#else
  EXPECT_FALSE(IsKernelAvailable(ParserKernel::kNeon));
#endif
  EXPECT_TRUE(IsKernelAvailable(ParserKernel::kScalar));
}

TEST(Kernel, AWishIsRefusedWithWhatCanBeHadOnlyIfItCannotBe) {
  const std::string error(KernelSelectionError());
  ASSERT_EQ(error.empty(), Wish().empty() || CanBeHad(Wish())) << error;
  if (error.empty()) return;
  EXPECT_NE(error.find("WEIR_SIMD"), std::string::npos) << error;
  EXPECT_NE(error.find("'" + Wish() + "'"), std::string::npos) << error;
  EXPECT_NE(error.find("scalar"), std::string::npos) << error;
}

TEST(Kernel, CanBeChangedInTheMiddleOfAHead) {
  FieldRef table[1];
  RequestParser parser(table, 1);
  std::size_t size = 0;
  ParseStatus status = ParseStatus::kIncomplete;
  while (status == ParseStatus::kIncomplete) {
    for (const ParserKernel kernel : kParserKernels) {
      EXPECT_EQ(UseKernel(kernel), IsKernelAvailable(kernel));
      if (!IsKernelAvailable(kernel)) continue;
      EXPECT_EQ(ActiveKernel(), kernel);
      if (size < kHead.size()) status = parser.Parse(kHead.substr(0, ++size), ParserLimits());
    }
  }
  EXPECT_EQ(status, ParseStatus::kComplete);
  EXPECT_EQ(size, kHead.size());
}

}  // namespace
}  // namespace weir
