#include "weir/control/weirctl/diagnosis_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

using admin::v1::Finding;

struct Style {
  Finding::Severity severity;
  const char* name;
  const char* plural;
  const char* colour;  // an SGR sequence (ECMA-48)
};

constexpr Style kStyles[] = {{Finding::ERROR, "error", "errors", "\033[1;31m"},
                             {Finding::WARNING, "warning", "warnings", "\033[1;33m"},
                             {Finding::NOTE, "note", "notes", "\033[1;36m"}};
constexpr char kReset[] = "\033[0m";

void Print(const Finding& finding, const Style& style, bool colour, std::ostream& out) {
  out << finding.subject() << ": " << (colour ? style.colour : "") << style.name
      << (colour ? kReset : "") << ": " << finding.message() << " [" << finding.rule()
      << "]\n  evidence: " << finding.evidence() << "\n  fix: " << finding.fix() << "\n";
}

}  // namespace

void PrintFindings(const admin::v1::Diagnosis& diagnosis, bool colour, std::ostream& out) {
  std::string summary;
  for (const Style& style : kStyles) {
    int count = 0;
    for (const Finding& finding : diagnosis.findings()) {
      if (finding.severity() != style.severity) continue;
      Print(finding, style, colour, out);
      ++count;
    }
    absl::StrAppend(&summary, summary.empty() ? "" : ", ", count, " ",
                    count == 1 ? style.name : style.plural);
  }
  out << summary << std::endl;
}

Finding::Severity Worst(const admin::v1::Diagnosis& diagnosis) {
  Finding::Severity worst = Finding::SEVERITY_UNSPECIFIED;
  for (const Finding& finding : diagnosis.findings()) worst = std::max(worst, finding.severity());
  return worst;
}

}  // namespace weir
