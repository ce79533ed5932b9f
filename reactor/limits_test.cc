// The table of limits, the struct and the store agree, and hold to their ranges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server_stats.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(LimitSpecsTest, HasARowForEveryFieldOfTheStruct) {
  // Every member is a uint64_t, so the rows, each with a member of its own, must fill the struct.
  const LimitSpecs specs;
  EXPECT_EQ(specs.size() * sizeof(std::uint64_t), sizeof(Limits));
  Limits limits;
  std::set<const std::uint64_t*> members;
  std::set<std::string_view> names;
  for (const LimitSpec& spec : specs) {
    members.insert(&(limits.*spec.member));
    names.insert(spec.name);
  }
  EXPECT_EQ(members.size(), specs.size());
  EXPECT_EQ(names.size(), specs.size());
}

TEST(LimitSpecsTest, RowsAreWhole) {
  const Limits defaults;
  for (const LimitSpec& spec : LimitSpecs()) {
    EXPECT_EQ(defaults.*spec.member, spec.default_value) << spec.name;
    EXPECT_LE(spec.min, spec.default_value) << spec.name;
    EXPECT_GE(spec.max, spec.default_value) << spec.name;
    EXPECT_FALSE(spec.unit.empty() || spec.answer.empty() || spec.text.empty()) << spec.name;
    EXPECT_FALSE(Describe(spec.applies).empty()) << spec.name;
    EXPECT_EQ(FindLimitSpec(spec.name), &spec);
  }
  EXPECT_EQ(FindLimitSpec("nonsense"), nullptr);
}

bool IsStatistic(std::string_view name) {
  for (const char* group : {"accept_queue.", "kernel.", "events.", "control."}) {
    if (name.rfind(group, 0) == 0) return true;  // by name alone
  }
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    if (Name(static_cast<Counter>(i)) == name) return true;
  }
  for (std::size_t i = 0; i < kRefuseReasonCount; ++i) {
    if ("connections_refused." + std::string(Name(static_cast<RefuseReason>(i))) == name)
      return true;
  }
  for (std::size_t i = 0; i < kCloseReasonCount; ++i) {
    if ("connections_closed." + std::string(Name(static_cast<CloseReason>(i))) == name) return true;
  }
  for (std::size_t i = 0; i < kProxyErrorCount; ++i) {
    if ("proxy_errors." + std::string(Name(static_cast<ProxyError>(i))) == name) return true;
  }
  for (std::size_t i = 0; i < kTimingCount; ++i) {
    if ("timings." + std::string(Name(static_cast<Timing>(i))) == name) return true;
  }
  for (std::size_t i = 0; i < kSizeCount; ++i) {
    if ("sizes." + std::string(Name(static_cast<Size>(i))) == name) return true;
  }
  for (std::size_t i = 0; i < kParseErrorCount; ++i) {
    if ("parse_errors." + std::string(Describe(static_cast<ParseError>(i)).name) == name)
      return true;
  }
  return false;
}

TEST(LimitSpecsTest, NamesAStatisticThatExists) {
  for (const LimitSpec& spec : LimitSpecs()) EXPECT_TRUE(IsStatistic(spec.counter)) << spec.counter;
}

TEST(LimitSpecsTest, EveryStatisticHasAName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCounterCount; ++i) names.insert(Name(static_cast<Counter>(i)));
  for (std::size_t i = 0; i < kCloseReasonCount; ++i)
    names.insert(Name(static_cast<CloseReason>(i)));
  EXPECT_EQ(names.size(), kCounterCount + kCloseReasonCount);
  EXPECT_EQ(names.count(""), 0u);
  EXPECT_EQ(Name(Counter::kAcceptPauses), "accept_pauses");
  EXPECT_EQ(Name(CloseReason::kDrainCut), "drain_cut");
  EXPECT_EQ(Name(CloseReason::kNoMemory), "no_memory");
  EXPECT_EQ(Name(RefuseReason::kMemory), "memory");
}

TEST(LimitSpecsTest, AcceptsEachBoundAndRefusesWhatIsBeyond) {
  for (const LimitSpec& spec : LimitSpecs()) {
    Limits limits;
    limits.*spec.member = spec.min;
    EXPECT_TRUE(CheckLimits(limits).ok()) << spec.name;
    limits.*spec.member = spec.max;
    EXPECT_TRUE(CheckLimits(limits).ok()) << spec.name;
    limits.*spec.member = spec.max + 1;
    EXPECT_THAT(std::string(CheckLimits(limits).message()),
                AllOf(HasSubstr(std::string(spec.name)), HasSubstr(std::to_string(spec.max + 1)),
                      HasSubstr(LimitRange(spec))));
    if (spec.min == 0) continue;
    limits.*spec.member = spec.min - 1;
    EXPECT_EQ(CheckLimits(limits).code(), absl::StatusCode::kInvalidArgument) << spec.name;
  }
}

TEST(LimitSpecsTest, AChoiceIsWrittenByName) {
  const LimitSpec& choice = *FindLimitSpec("overload_action");
  EXPECT_EQ(FormatLimit(choice, 1), "reset");
  EXPECT_EQ(FormatLimit(choice, 3), "3");
  EXPECT_EQ(ParseLimit(choice, "queue"), 2u);
  EXPECT_EQ(ParseLimit(choice, "2"), 2u);
  EXPECT_EQ(ParseLimit(choice, "drop"), std::nullopt);
  EXPECT_EQ(ParseLimit(choice, ""), std::nullopt);
  EXPECT_EQ(LimitRange(choice), "respond_503, reset or queue");
  Limits limits;
  limits.overload_action = 3;
  EXPECT_EQ(CheckLimits(limits).message(),
            "overload_action = 3 is out of range: respond_503, reset or queue");
}

TEST(LimitSpecsTest, ANumberIsWrittenAsOne) {
  const LimitSpec& number = *FindLimitSpec("max_fields");
  EXPECT_EQ(FormatLimit(number, 100), "100");
  EXPECT_EQ(ParseLimit(number, "18446744073709551615"), 18446744073709551615u);
  for (const char* text : {"", "-1", "1x", " 1", "reset", "18446744073709551616"}) {
    EXPECT_EQ(ParseLimit(number, text), std::nullopt) << text;
  }
  EXPECT_EQ(LimitRange(number), "1 to 65536 fields");
}

TEST(LimitSpecsTest, EveryChoiceHasItsNames) {
  for (const LimitSpec& spec : LimitSpecs()) {
    EXPECT_EQ(spec.names != nullptr, spec.unit == "choice") << spec.name;
    for (std::uint64_t value = 0; spec.names != nullptr && value <= spec.max; ++value) {
      EXPECT_EQ(ParseLimit(spec, FormatLimit(spec, value)), value) << spec.name;
    }
  }
}

TEST(LimitSpecsTest, NamesEveryFault) {
  Limits limits;
  limits.max_fields = 0;
  limits.max_head_bytes = 1;
  EXPECT_THAT(std::string(CheckLimits(limits).message()),
              AllOf(HasSubstr("max_fields = 0"), HasSubstr("max_head_bytes = 1")));
}

TEST(LimitSpecsTest, TheParserGetsItsPart) {
  Limits limits;
  limits.max_request_line_bytes = 1;
  limits.max_field_bytes = 2;
  limits.max_head_bytes = 3;
  limits.max_fields = 4;
  limits.max_body_bytes = std::uint64_t{1} << 40;
  limits.max_chunk_extension_bytes = 6;
  limits.max_chunk_extensions_bytes_per_body = 7;
  limits.max_chunk_overhead_bytes = std::uint64_t{1} << 40;
  const ParserLimits parser = limits.parser();
  EXPECT_EQ(parser.max_request_line_bytes, 1u);
  EXPECT_EQ(parser.max_field_bytes, 2u);
  EXPECT_EQ(parser.max_head_bytes, 3u);
  EXPECT_EQ(parser.max_fields, 4u);
  EXPECT_EQ(parser.max_body_bytes, std::uint64_t{1} << 40);
  EXPECT_EQ(parser.max_chunk_extension_bytes, 6u);
  EXPECT_EQ(parser.max_chunk_extensions_bytes_per_body, 7u);
  EXPECT_EQ(parser.max_chunk_overhead_bytes, 0xffffffffu);
}

}  // namespace
}  // namespace weir
