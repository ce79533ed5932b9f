// One command for several servers.

#ifndef WEIR_CONTROL_WEIRCTL_SEVERAL_TARGETS_H_
#define WEIR_CONTROL_WEIRCTL_SEVERAL_TARGETS_H_

#include <functional>
#include <iosfwd>
#include <vector>

#include "weir/control/weirctl/command_line.h"

namespace weir {

// Runs the command line and gives its exit status. Called from threads of its own.
using RunLine = std::function<int(const CommandLine& line, std::ostream& out, std::ostream& err)>;

// Runs all lines at once and prints what each printed, in their order, under a heading that names
// its target; with --json an object a target: {"target":..., "status":..., "results":[...],
// "errors":"..."}. One that fails stops none of the others. Returns the highest exit status.
int RunOnEach(const std::vector<CommandLine>& lines, const RunLine& run, std::ostream& out,
              std::ostream& err);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_SEVERAL_TARGETS_H_
