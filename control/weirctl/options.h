// The table of weirctl's options: parsing, help, completion and the man page come from it.

#ifndef WEIR_CONTROL_WEIRCTL_OPTIONS_H_
#define WEIR_CONTROL_WEIRCTL_OPTIONS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "weir/control/weirctl/command_line.h"

namespace weir {

struct OptionSpec {
  std::string_view name;   // "--timeout"
  std::string_view value;  // what stands for its value in help: "TIME"; "" for a flag
  std::string_view text;   // which commands it is for, unless for all, and what it does
  // Notes it in `line`; `value` is empty for a flag. INVALID_ARGUMENT says what it should be.
  absl::Status (*set)(const std::string& value, CommandLine* line);
};

// A view of a static array: iterate with a range-based for.
class OptionSpecs {
 public:
  const OptionSpec* begin() const noexcept;
  const OptionSpec* end() const noexcept;
};

// The row of that name, or null.
const OptionSpec* FindOption(std::string_view name) noexcept;

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_OPTIONS_H_
