// weirctl manual.
#include "weir/control/weirctl/help.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {

int ManualCommand(const Session& session, const std::vector<std::string>&) {
  PrintManual(session.out);
  return kExitOk;
}

}  // namespace weir
