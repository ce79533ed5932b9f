// Which errors each system call of a server can fail with.

#ifndef WEIR_REACTOR_FAULTS_FAULT_TABLE_H_
#define WEIR_REACTOR_FAULTS_FAULT_TABLE_H_

#include <vector>

#include "weir/reactor/testing/faulty_syscalls.h"

namespace weir::test {

// One use of one call.
struct FaultRow {
  Call call;
  int detail;               // MadeCall::detail
  std::vector<int> errors;  // those of its page of the manual, and of security modules
  bool lasts = true;        // whether it can go on to fail
};

const std::vector<FaultRow>& FaultTable();

// The row of a call, or null.
const FaultRow* FindFaultRow(const MadeCall& made);

// Whether a call that fails so once may go on to do so. What is about one connection, or one
// moment, does not.
bool MayLast(const FaultRow& row, int error);

}  // namespace weir::test

#endif  // WEIR_REACTOR_FAULTS_FAULT_TABLE_H_
