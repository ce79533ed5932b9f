// What clients do with a server: each way through it that makes other system calls.

#ifndef WEIR_REACTOR_FAULTS_SCENARIOS_H_
#define WEIR_REACTOR_FAULTS_SCENARIOS_H_

#include <vector>

#include "weir/reactor/faults/faulty_run.h"

namespace weir::test {

// Each ends with FaultyRun::Finish, and does with a server that fails what clients would.
struct Scenario {
  const char* name;
  void (*play)(FaultyRun* run);
};

// Of connections, from the first byte to the end of each.
std::vector<Scenario> ConnectionScenarios();
// Of accepting, refusing and draining.
std::vector<Scenario> AcceptScenarios();
// Of accepting for a stalled reactor.
std::vector<Scenario> LentScenarios();

}  // namespace weir::test

#endif  // WEIR_REACTOR_FAULTS_SCENARIOS_H_
