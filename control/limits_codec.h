// Limits to and from the wire, by the table of limits.

#ifndef WEIR_CONTROL_LIMITS_CODEC_H_
#define WEIR_CONTROL_LIMITS_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/limits_store.h"

namespace weir {

// Every limit is set in `message`. Any thread, as all functions here.
void ToProto(const Limits& limits, admin::v1::Limits* message);

// Sets one limit in `message`.
void SetLimit(const LimitSpec& spec, std::uint64_t value, admin::v1::Limits* message);

admin::v1::LimitLayer ToProto(LimitLayer layer) noexcept;

// What a request asks for: the limits that its mask names, or without a mask those that are set,
// for the listener that it names, if any. A limit that is named but not set is taken out of its
// layer. INVALID_ARGUMENT for a path that is no limit, for "*", and for a request that names none.
absl::StatusOr<std::vector<LimitChange>> ReadChanges(const admin::v1::UpdateLimitsRequest& request);

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_CODEC_H_
