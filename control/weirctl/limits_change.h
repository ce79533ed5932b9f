// What the commands that change limits ask for.

#ifndef WEIR_CONTROL_WEIRCTL_LIMITS_CHANGE_H_
#define WEIR_CONTROL_WEIRCTL_LIMITS_CHANGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

// Has the request set the limit. The last value of a limit counts.
void SetValue(const LimitSpec& spec, std::uint64_t value, admin::v1::UpdateLimitsRequest* request);

// Has it set each "NAME=VALUE", or take out each name. They give kExitOk, or say on session.err
// what is wrong and give the exit status.
int AddAssignments(const Session& session, const std::vector<std::string>& assignments,
                   admin::v1::UpdateLimitsRequest* request);
int AddNames(const Session& session, const std::vector<std::string>& names,
             admin::v1::UpdateLimitsRequest* request);

// What --listener, --etag, --validate-only, --persist, --reason, --request-id and --ttl say.
void AddOptions(const CommandLine& line, admin::v1::UpdateLimitsRequest* request);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_LIMITS_CHANGE_H_
