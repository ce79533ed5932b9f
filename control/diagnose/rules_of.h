// What the tests of rules share.

#ifndef WEIR_CONTROL_DIAGNOSE_RULES_OF_H_
#define WEIR_CONTROL_DIAGNOSE_RULES_OF_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/control/diagnose/finding.h"

namespace weir::test {

// The rules of the findings, each of which must say all that it has to, about any subject.
inline std::vector<std::string> RulesOf(const Findings& findings) {
  std::vector<std::string> rules;
  for (const Finding& finding : findings) {
    EXPECT_FALSE(finding.subject.empty());
    EXPECT_FALSE(finding.message.empty() || finding.evidence.empty() || finding.fix.empty());
    rules.push_back(finding.rule);
  }
  return rules;
}

// The same, all about `subject`.
inline std::vector<std::string> RulesOf(const Findings& findings, const std::string& subject) {
  for (const Finding& finding : findings) EXPECT_EQ(finding.subject, subject);
  return RulesOf(findings);
}

}  // namespace weir::test

#endif  // WEIR_CONTROL_DIAGNOSE_RULES_OF_H_
