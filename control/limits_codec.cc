#include "weir/control/limits_codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "weir/control/bounded_text.h"

namespace weir {
namespace {

using google::protobuf::FieldDescriptor;

// A test holds that each limit has a field of its name.
const FieldDescriptor* FieldOf(const LimitSpec& spec) {
  return admin::v1::Limits::descriptor()->FindFieldByName(std::string(spec.name));
}

std::string AllNames() {
  return absl::StrJoin(LimitSpecs(), ", ", [](std::string* out, const LimitSpec& spec) {
    out->append(spec.name.data(), spec.name.size());
  });
}

// The named limit's change: it is taken out of its layer if the request does not set it.
LimitChange ChangeOf(const LimitSpec& spec, const admin::v1::UpdateLimitsRequest& request) {
  const admin::v1::Limits& limits = request.limits();
  const FieldDescriptor* const field = FieldOf(spec);
  const auto* const reflection = limits.GetReflection();
  if (!reflection->HasField(limits, field)) return {&spec, std::nullopt, request.listener()};
  return {&spec, reflection->GetUInt64(limits, field), request.listener()};
}

}  // namespace

void SetLimit(const LimitSpec& spec, std::uint64_t value, admin::v1::Limits* message) {
  message->GetReflection()->SetUInt64(message, FieldOf(spec), value);
}

void ToProto(const Limits& limits, admin::v1::Limits* message) {
  for (const LimitSpec& spec : LimitSpecs()) SetLimit(spec, limits.*spec.member, message);
}

// Both count the layers from the lowest; 0 is "unspecified" there.
admin::v1::LimitLayer ToProto(LimitLayer layer) noexcept {
  return static_cast<admin::v1::LimitLayer>(static_cast<int>(layer) + 1);
}

absl::StatusOr<std::vector<LimitChange>> ReadChanges(
    const admin::v1::UpdateLimitsRequest& request) {
  const admin::v1::Limits& limits = request.limits();
  std::vector<LimitChange> changes;
  for (const std::string& path : request.update_mask().paths()) {
    const LimitSpec* const spec = FindLimitSpec(path);
    if (spec == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("\"", Bounded(path, kMaxEchoBytes),
                                                     "\" is not a limit; limits are ", AllNames()));
    }
    changes.push_back(ChangeOf(*spec, request));
  }
  if (request.update_mask().paths().empty()) {
    for (const LimitSpec& spec : LimitSpecs()) {
      const bool set = limits.GetReflection()->HasField(limits, FieldOf(spec));
      if (set) changes.push_back(ChangeOf(spec, request));
    }
  }
  if (changes.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the request names no limit to change; limits are ", AllNames()));
  }
  return changes;
}

}  // namespace weir
