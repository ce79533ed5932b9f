// Every case, whole and in pieces, at all alignments between guard pages, on every kernel.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/tests/conformance/case_file.h"
#include "weir/tests/conformance/guarded_buffer.h"
#include "weir/tests/conformance/stream_events.h"

namespace weir {
namespace {

using Events = std::vector<std::string>;

constexpr const char* kFolder = "tests/conformance";
constexpr std::size_t kLongInput = 1024;

const std::vector<ConformanceCase>& Cases() {
  static const std::vector<ConformanceCase> cases = [] {
    std::vector<std::string> errors;
    auto all = ReadAllCases(kFolder, &errors);
    for (const std::string& error : errors) ADD_FAILURE() << error;
    return all;
  }();
  return cases;
}

// Without the details that `expected` does not speak of.
Events Reduce(const Events& events, const Events& expected) {
  Events reduced;
  for (const std::string& event : events) {
    const std::string kind = event.substr(0, event.find(' ') + 1);
    const bool detail = kind == "target " || kind == "field ";
    const bool wanted =
        !detail || std::any_of(expected.begin(), expected.end(), [&](const std::string& other) {
          return other.substr(0, kind.size()) == kind;
        });
    if (wanted) reduced.push_back(event);
  }
  return reduced;
}

// The offsets at which an input is cut: all, or a selection where it is long.
std::vector<std::size_t> Cuts(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut <= size; ++cut) {
    const bool near_an_end = cut < 160 || cut + 160 > size;
    if (size <= kLongInput || near_an_end || cut % 509 == 0) cuts.push_back(cut);
  }
  return cuts;
}

class Conformance : public testing::TestWithParam<ParserKernel> {
 protected:
  void SetUp() override {
    if (!UseKernel(GetParam())) GTEST_SKIP() << "not on this machine";
  }
};

TEST(ConformanceCases, ThereAreHundredsInEachTopicFile) {
  std::set<std::string> files;
  std::set<std::string> names;
  for (const ConformanceCase& c : Cases()) {
    const std::string file = c.where.substr(0, c.where.find(':'));
    files.insert(file);
    EXPECT_TRUE(names.insert(file + c.title).second) << c.where << ": title used twice";
  }
  EXPECT_GE(files.size(), 10u);
  EXPECT_GE(Cases().size(), 300u);
}

TEST(ConformanceCases, HaveEveryKindOfError) {
  std::set<std::string> kinds;
  for (const ConformanceCase& c : Cases()) {
    for (const std::string& event : c.events) {
      if (event.rfind("error ", 0) == 0) kinds.insert(event.substr(6, event.find(' ', 6) - 6));
    }
  }
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const std::string name(Describe(static_cast<ParseError>(i)).name);
    EXPECT_EQ(kinds.count(name), 1u) << "no case for " << name;
  }
}

TEST_P(Conformance, Whole) {
  for (const ConformanceCase& c : Cases()) {
    EXPECT_EQ(Reduce(ReadWhole(c.input, c.limits), c.events), c.events)
        << c.where << ": " << c.title;
  }
}

TEST_P(Conformance, SplitAtEveryOffset) {
  for (const ConformanceCase& c : Cases()) {
    const Events whole = ReadWhole(c.input, c.limits);
    for (const std::size_t cut : Cuts(c.input.size())) {
      StreamReader reader(c.limits);
      reader.Read(std::string_view(c.input).substr(0, cut));
      reader.Read(c.input);
      ASSERT_EQ(reader.Finish(), whole) << c.where << ": cut at " << cut;
    }
  }
}

// Each call has the input at another address, with the guard right after its last byte.
TEST_P(Conformance, ByteByByteAgainstTheGuard) {
  for (const ConformanceCase& c : Cases()) {
    GuardedBuffer buffer(c.input.size() + 1);
    ASSERT_TRUE(buffer.ok());
    StreamReader reader(c.limits);
    for (std::size_t size = 1; size <= c.input.size(); ++size) {
      reader.Read(buffer.PlaceAtEnd(std::string_view(c.input).substr(0, size), 0));
    }
    ASSERT_EQ(reader.Finish(), ReadWhole(c.input, c.limits)) << c.where;
  }
}

// Each prefix as the first that a parser sees: no shortcut for whole lines may read past it.
TEST_P(Conformance, EveryPrefixAgainstTheGuard) {
  for (const ConformanceCase& c : Cases()) {
    GuardedBuffer buffer(c.input.size() + 1);
    ASSERT_TRUE(buffer.ok());
    for (const std::size_t size : Cuts(c.input.size())) {
      const std::string_view prefix = buffer.PlaceAtEnd(c.input.substr(0, size), 0);
      StreamReader reader(c.limits);
      reader.Read(prefix);
      reader.Read(c.input);
      ASSERT_EQ(reader.Finish(), ReadWhole(c.input, c.limits)) << c.where << ": cut at " << size;
    }
  }
}

TEST_P(Conformance, AtEveryAlignmentBetweenGuards) {
  for (const ConformanceCase& c : Cases()) {
    GuardedBuffer buffer(c.input.size() + 64);
    ASSERT_TRUE(buffer.ok());
    const Events whole = ReadWhole(c.input, c.limits);
    for (std::size_t gap = 0; gap < 64; ++gap) {
      ASSERT_EQ(ReadWhole(buffer.PlaceAtEnd(c.input, gap), c.limits), whole) << c.where << gap;
      ASSERT_EQ(ReadWhole(buffer.PlaceAtStart(c.input, gap), c.limits), whole) << c.where << gap;
    }
  }
}

// A rejected prefix stays rejected, whatever follows: same kind and offset.
TEST_P(Conformance, WhatWasRejectedStaysRejected) {
  for (const ConformanceCase& c : Cases()) {
    const Events whole = ReadWhole(c.input, c.limits);
    if (whole.back().rfind("error ", 0) != 0) continue;
    for (const std::string_view more : {"", "x", "\r\n", " ", "\r\n\r\nGET / HTTP/1.1\r\n"}) {
      ASSERT_EQ(ReadWhole(c.input + std::string(more), c.limits), whole) << c.where;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Conformance, testing::ValuesIn(kParserKernels),
                         [](const testing::TestParamInfo<ParserKernel>& kernel) {
                           return std::string(KernelName(kernel.param));
                         });

}  // namespace
}  // namespace weir
