// What a server does with the kernel before it serves, and beside that.

#ifndef WEIR_REACTOR_FAULTS_OPENING_H_
#define WEIR_REACTOR_FAULTS_OPENING_H_

#include <vector>

#include "absl/status/status.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir::test {

// Opens something, uses it and closes it. The status is of what the server would not start, or not
// answer, without.
struct Opening {
  const char* name;
  absl::Status (*play)(Syscalls* syscalls);
};

std::vector<Opening> Openings();

}  // namespace weir::test

#endif  // WEIR_REACTOR_FAULTS_OPENING_H_
