// What the kernel tells beyond the accept queues, as tables, for weirctl stats.

#ifndef WEIR_CONTROL_WEIRCTL_KERNEL_TABLE_H_
#define WEIR_CONTROL_WEIRCTL_KERNEL_TABLE_H_

#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// A heading, then a row for each address, or with PER_LISTENER one for each of its listeners.
std::vector<std::vector<std::string>> SynQueueRows(const admin::v1::KernelStats& kernel);

// A heading, then a row for each counter that has moved since the server started.
std::vector<std::vector<std::string>> NetnsRows(const admin::v1::KernelStats& kernel);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_KERNEL_TABLE_H_
