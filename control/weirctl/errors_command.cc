// weirctl errors: what each kind of error means.
#include <ostream>

#include "weir/control/weirctl/weirctl.h"
#include "weir/parser/parse_error.h"

namespace weir {
namespace {

const ParseErrorInfo* FindError(const std::string& name) {
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    if (info.name == name) return &info;
  }
  return nullptr;
}

void Print(const ParseErrorInfo& info, std::ostream& out) {
  out << info.name << ", answered with " << info.status << "\nfix: " << info.text
      << "\nsee: " << info.section << "\n";
}

}  // namespace

int ErrorsCommand(const Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (FindError(name) != nullptr) continue;
    session.err << "weirctl: \"" << name
                << "\" is no kind of parse error; \"weirctl errors\" lists all\n";
    return kExitUsage;
  }
  for (const std::string& name : names) Print(*FindError(name), session.out);
  if (!names.empty()) return kExitOk;
  std::vector<std::vector<std::string>> rows = {{"KIND", "STATUS", "FIX", "SEE"}};
  for (std::size_t i = 1; i < kParseErrorCount; ++i) {
    const ParseErrorInfo& info = Describe(static_cast<ParseError>(i));
    rows.push_back({std::string(info.name), std::to_string(info.status), std::string(info.text),
                    std::string(info.section)});
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
