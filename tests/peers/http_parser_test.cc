// Every conformance case in http_parser too; and every rule of its table is needed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/tests/conformance/case_file.h"
#include "weir/tests/peers/difference.h"
#include "weir/tests/peers/http_parser_view.h"
#include "weir/tests/peers/refusals.h"

namespace weir {
namespace {

TEST(HttpParser, ReadsWhatWeirAcceptsAlikeButForTheRules) {
  std::vector<std::string> errors;
  const auto cases = ReadAllCases("tests/conformance", &errors);
  ASSERT_TRUE(errors.empty());
  ASSERT_GT(cases.size(), 500u);
  for (const ConformanceCase& example : cases) {
    const StreamView ours = ReadWithWeir(example.input);
    const StreamView theirs = ReadWithHttpParser(example.input);
    for (const Difference& difference : Compare(ours, theirs)) {
      EXPECT_NE(Explain(difference, HttpParserRules()), nullptr)
          << example.where << " " << example.title << "\n"
          << Describe(difference);
    }
    if (!TakesWhatWeirRefuses(ours, theirs)) continue;
    EXPECT_TRUE(IsListed(ours.refusal, Peer::kHttpParser))
        << example.where << " " << example.title << ": it takes what is refused as "
        << ours.refusal;
  }
}

TEST(HttpParser, EachRuleHasAnExampleThatNeedsIt) {
  for (const DifferenceRule& rule : HttpParserRules()) {
    SCOPED_TRACE(rule.name);
    const StreamView ours = ReadWithWeir(rule.example);
    const StreamView theirs = ReadWithHttpParser(rule.example);
    bool needed = false;
    for (const Difference& difference : Compare(ours, theirs)) {
      const DifferenceRule* const first = Explain(difference, HttpParserRules());
      EXPECT_NE(first, nullptr) << Describe(difference);
      needed = needed || first == &rule;
    }
    EXPECT_TRUE(needed);
  }
}

TEST(HttpParser, TakesOfTheRefusedExactlyWhatTheTableSays) {
  for (const Refusal& refusal : Refusals()) {
    const StreamView ours = ReadWithWeir(refusal.example);
    EXPECT_EQ(ours.refusal, refusal.error) << refusal.reason;
    EXPECT_EQ(TakesWhatWeirRefuses(ours, ReadWithHttpParser(refusal.example)),
              refusal.http_parser_takes)
        << refusal.error << ": " << refusal.reason;
  }
}

}  // namespace
}  // namespace weir
