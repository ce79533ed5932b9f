// weirctl contexts.
#include <ostream>

#include "weir/control/weirctl/contexts.h"
#include "weir/control/weirctl/json_struct.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {

namespace {

void PrintAsJson(const std::vector<Context>& contexts, std::ostream& out) {
  for (const Context& context : contexts) {
    google::protobuf::Struct object;
    SetText(&object, "context", context.name);
    SetText(&object, "target", context.targets);
    (*object.mutable_fields())["tls"].set_bool_value(!context.tls_ca.empty());
    PrintJson(object, out);
  }
}

}  // namespace

int ContextsCommand(const Session& session, const std::vector<std::string>&) {
  const std::string path = ContextsPath();
  const auto contexts = ReadContexts(path);
  if (!contexts.ok()) {
    session.err << "weirctl: " << contexts.status().message() << "\n";
    return kExitUsage;
  }
  if (contexts->empty()) session.err << "weirctl: " << path << " has no contexts\n";
  if (session.line.json) {
    PrintAsJson(*contexts, session.out);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows = {{"CONTEXT", "TARGET", "TLS"}};
  for (const Context& context : *contexts) {
    rows.push_back({context.name, context.targets, context.tls_ca.empty() ? "no" : "yes"});
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
