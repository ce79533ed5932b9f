// The table of weirctl's commands: dispatch, help, completion and the man page come from it.

#ifndef WEIR_CONTROL_WEIRCTL_COMMANDS_H_
#define WEIR_CONTROL_WEIRCTL_COMMANDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "weir/control/weirctl/weirctl.h"

namespace weir {

// Whether a command may be for several servers at once.
enum class Targets { kOne, kSeveral };

struct CommandSpec {
  std::string_view name;       // one word or two: "stats", "limits get"
  std::string_view arguments;  // for help: "[NAME ...]"; "" if it takes none, which is checked
  std::string_view text;       // what it does, in a line
  Targets targets;
  // Runs it with the words that follow its name, and gives the exit status.
  int (*run)(const Session& session, const std::vector<std::string>& arguments);
};

// A view of a static array: iterate with a range-based for.
class CommandSpecs {
 public:
  const CommandSpec* begin() const noexcept;
  const CommandSpec* end() const noexcept;
};

// The command that `words` begin with, or null.
const CommandSpec* FindCommand(const std::vector<std::string>& words) noexcept;

// How many words its name has.
std::size_t WordsOf(const CommandSpec& command) noexcept;

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_COMMANDS_H_
