// A diagnosis for people, in the manner of a compiler.

#ifndef WEIR_CONTROL_WEIRCTL_DIAGNOSIS_TEXT_H_
#define WEIR_CONTROL_WEIRCTL_DIAGNOSIS_TEXT_H_

#include <ostream>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Findings, the worst first, and a line that sums them up. `colour` is for terminals.
void PrintFindings(const admin::v1::Diagnosis& diagnosis, bool colour, std::ostream& out);

// The worst of the findings; SEVERITY_UNSPECIFIED if there is none.
admin::v1::Finding::Severity Worst(const admin::v1::Diagnosis& diagnosis);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_DIAGNOSIS_TEXT_H_
