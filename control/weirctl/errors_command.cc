// weirctl errors: what each kind of error means.
#include <ostream>

#include "weir/control/weirctl/json_struct.h"
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

void PrintAsJson(const ParseErrorInfo& info, std::ostream& out) {
  google::protobuf::Struct object;
  SetText(&object, "kind", info.name);
  SetNumber(&object, "status", info.status);
  SetText(&object, "fix", info.text);
  SetText(&object, "section", info.section);
  PrintJson(object, out);
}

void PrintTableOf(const std::vector<const ParseErrorInfo*>& kinds, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"KIND", "STATUS", "FIX", "SEE"}};
  for (const ParseErrorInfo* info : kinds) {
    rows.push_back({std::string(info->name), std::to_string(info->status), std::string(info->text),
                    std::string(info->section)});
  }
  PrintTable(rows, out);
}

}  // namespace

int ErrorsCommand(const Session& session, const std::vector<std::string>& names) {
  std::vector<const ParseErrorInfo*> kinds;
  for (const std::string& name : names) {
    kinds.push_back(FindError(name));
    if (kinds.back() != nullptr) continue;
    session.err << "weirctl: \"" << name
                << "\" is no kind of parse error; \"weirctl errors\" lists all\n";
    return kExitUsage;
  }
  for (std::size_t i = 1; names.empty() && i < kParseErrorCount; ++i) {
    kinds.push_back(&Describe(static_cast<ParseError>(i)));
  }
  if (!session.line.json && names.empty()) {
    PrintTableOf(kinds, session.out);
    return kExitOk;
  }
  for (const ParseErrorInfo* info : kinds) {
    session.line.json ? PrintAsJson(*info, session.out) : Print(*info, session.out);
  }
  return kExitOk;
}

}  // namespace weir
