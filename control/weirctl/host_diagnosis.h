// The doctor's look at this host, without any server's help.

#ifndef WEIR_CONTROL_WEIRCTL_HOST_DIAGNOSIS_H_
#define WEIR_CONTROL_WEIRCTL_HOST_DIAGNOSIS_H_

#include "absl/status/status.h"
#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Adds the host's settings, every TCP listener of this network namespace, and findings about them.
// The error is InetDiag's; the settings are added even so.
absl::Status DiagnoseHost(admin::v1::Diagnosis* diagnosis);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_HOST_DIAGNOSIS_H_
