// How weirctl reaches a server.

#ifndef WEIR_CONTROL_WEIRCTL_CHANNEL_H_
#define WEIR_CONTROL_WEIRCTL_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/statusor.h"
#include "weir/control/weirctl/command_line.h"

namespace weir {

// To CommandLine::target, with TLS if any of its TLS options is given. INVALID_ARGUMENT for a file
// that can't be read, or where one of the three is missing.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const CommandLine& line);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_CHANNEL_H_
