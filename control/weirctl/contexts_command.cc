// weirctl contexts.
#include <ostream>

#include "weir/control/weirctl/contexts.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {

int ContextsCommand(const Session& session, const std::vector<std::string>&) {
  const std::string path = ContextsPath();
  const auto contexts = ReadContexts(path);
  if (!contexts.ok()) {
    session.err << "weirctl: " << contexts.status().message() << "\n";
    return kExitUsage;
  }
  if (contexts->empty()) session.err << "weirctl: " << path << " has no contexts\n";
  std::vector<std::vector<std::string>> rows = {{"CONTEXT", "TARGET", "TLS"}};
  for (const Context& context : *contexts) {
    rows.push_back({context.name, context.targets, context.tls_ca.empty() ? "no" : "yes"});
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
