// What a diagnosis finds.

#ifndef WEIR_CONTROL_DIAGNOSE_FINDING_H_
#define WEIR_CONTROL_DIAGNOSE_FINDING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

enum class Severity : std::uint8_t {
  kNote,     // worth knowing; nothing is wrong
  kWarning,  // clients will suffer, or have, under a load that is to be expected
  kError,    // clients suffer now, or anybody may change the limits
};

struct Finding {
  Severity severity = Severity::kNote;
  std::string rule;      // snake_case, lasting: for scripts
  std::string subject;   // "host", "127.0.0.1:8080", "127.0.0.1:8080 reactor 1"
  std::string message;   // what is wrong, in a line
  std::string evidence;  // the values that say so
  std::string fix;       // what to do
};

using Findings = std::vector<Finding>;

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_FINDING_H_
