// What Explain says of every case is what the parser says, and can be shown.
#include "weir/parser/explain/explain.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/parser/explain/render.h"
#include "weir/tests/conformance/case_file.h"
#include "weir/tests/conformance/stream_events.h"

namespace weir {
namespace {

// The last event, as stream_events.h writes it; "" if the input just ends.
std::string LastEvent(const Explanation& explanation, const std::string& input) {
  if (explanation.outcome == ExplainOutcome::kRefused) {
    const ParseErrorInfo& info = Describe(explanation.error);
    return "error " + std::string(info.name) + " " + std::to_string(info.status) + " " +
           std::to_string(explanation.offset);
  }
  if (explanation.outcome == ExplainOutcome::kIncomplete) return input.empty() ? "" : "incomplete";
  return explanation.requests.back().keep_alive ? "" : "closed";
}

bool IsEnd(const std::string& event) {
  return event.rfind("error ", 0) == 0 || event == "incomplete" || event == "closed";
}

// Two lines of an excerpt, the caret under a byte of the first or one behind it.
bool HasExcerptWithCaret(const std::string& text) {
  const std::size_t bar = text.find("\n  ");
  const std::size_t end = bar == std::string::npos ? bar : text.find('\n', bar + 1);
  const std::size_t caret_end = end == std::string::npos ? end : text.find('\n', end + 1);
  if (caret_end == std::string::npos) return false;
  const std::string line = text.substr(bar + 1, end - bar - 1);
  const std::string caret = text.substr(end + 1, caret_end - end - 1);
  return caret.back() == '^' && caret.size() <= line.size() + 1 &&
         caret.find(" | ") == line.find(" | ");
}

TEST(ExplainConformance, EveryCaseEndsAsTheParserSays) {
  std::vector<std::string> errors;
  const auto cases = ReadAllCases("tests/conformance", &errors);
  ASSERT_TRUE(errors.empty());
  ASSERT_GT(cases.size(), 500u);
  for (const ConformanceCase& example : cases) {
    SCOPED_TRACE(example.where + " " + example.title);
    const std::vector<std::string> events = ReadWhole(example.input, example.limits);
    const std::string expected = events.empty() || !IsEnd(events.back()) ? "" : events.back();
    const Explanation explanation = Explain(example.input, example.limits);
    EXPECT_EQ(LastEvent(explanation, example.input), expected);
    const std::string text = Render(explanation, example.input);
    EXPECT_EQ(text.back(), '\n');
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << text;
    if (explanation.outcome == ExplainOutcome::kRefused) {
      EXPECT_TRUE(HasExcerptWithCaret(text.substr(text.find("error: ")))) << text;
      EXPECT_LE(explanation.request_offset, explanation.offset);
    }
  }
}

}  // namespace
}  // namespace weir
