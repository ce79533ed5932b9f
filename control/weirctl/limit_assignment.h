// "max_head_bytes=32KiB": a limit and its value, as they are typed.

#ifndef WEIR_CONTROL_WEIRCTL_LIMIT_ASSIGNMENT_H_
#define WEIR_CONTROL_WEIRCTL_LIMIT_ASSIGNMENT_H_

#include <cstdint>
#include <iosfwd>
#include <string>

#include "weir/reactor/limit_presets.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

struct LimitAssignment {
  const LimitSpec* spec;
  std::uint64_t value;  // in the unit of `spec`; its range is not checked
};

// Each gives kExitOk, or says on `err` what is wrong and gives the exit status.
int ReadAssignment(const std::string& text, std::ostream& err, LimitAssignment* assignment);
int FindPreset(const std::string& name, std::ostream& err, const LimitPreset** preset);

// Says which limits an unknown name may have meant.
void SayUnknownLimit(const std::string& name, std::ostream& err);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_LIMIT_ASSIGNMENT_H_
