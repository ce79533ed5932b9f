// Which servers a command line is for.

#ifndef WEIR_CONTROL_WEIRCTL_TARGETS_H_
#define WEIR_CONTROL_WEIRCTL_TARGETS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/control/weirctl/command_line.h"

namespace weir {

// The command line as it is for each of its targets, of which there is at least one: of the context
// that it names, or of --target, separated by commas. INVALID_ARGUMENT for a context that does not
// exist, one beside --target, and a target that is malformed or comes twice.
absl::StatusOr<std::vector<CommandLine>> LinesForTargets(const CommandLine& line);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TARGETS_H_
