// What is wrong with a host's settings, for any server on it.

#ifndef WEIR_CONTROL_DIAGNOSE_HOST_RULES_H_
#define WEIR_CONTROL_DIAGNOSE_HOST_RULES_H_

#include "weir/control/diagnose/finding.h"
#include "weir/reactor/kernel/host_facts.h"

namespace weir {

// By these facts alone. What is unknown raises no finding.
Findings CheckHost(const HostFacts& host);

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_HOST_RULES_H_
