#include "weir/control/weirctl/limits_change.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <ostream>

#include "weir/control/weirctl/limit_assignment.h"

namespace weir {

void SetValue(const LimitSpec& spec, std::uint64_t value, admin::v1::UpdateLimitsRequest* request) {
  admin::v1::Limits* const limits = request->mutable_limits();
  const auto* const field = limits->GetDescriptor()->FindFieldByName(std::string(spec.name));
  limits->GetReflection()->SetUInt64(limits, field, value);
  auto* const paths = request->mutable_update_mask()->mutable_paths();
  if (std::find(paths->begin(), paths->end(), spec.name) == paths->end()) {
    *paths->Add() = std::string(spec.name);
  }
}

int AddAssignments(const Session& session, const std::vector<std::string>& assignments,
                   admin::v1::UpdateLimitsRequest* request) {
  for (const std::string& text : assignments) {
    LimitAssignment assignment = {};
    if (const int exit = ReadAssignment(text, session.err, &assignment); exit != kExitOk) {
      return exit;
    }
    SetValue(*assignment.spec, assignment.value, request);
  }
  return kExitOk;
}

int AddNames(const Session& session, const std::vector<std::string>& names,
             admin::v1::UpdateLimitsRequest* request) {
  for (const std::string& name : names) {
    if (FindLimitSpec(name) == nullptr) {
      SayUnknownLimit(name, session.err);
      return kExitUsage;
    }
    request->mutable_update_mask()->add_paths(name);
  }
  return kExitOk;
}

void AddOptions(const CommandLine& line, admin::v1::UpdateLimitsRequest* request) {
  request->set_listener(line.listener);
  request->set_etag(line.etag);
  request->set_validate_only(line.validate_only);
  request->set_persist(line.persist);
  request->set_reason(line.reason);
  request->set_request_id(line.request_id);
  if (line.ttl_ms == 0) return;
  *request->mutable_ttl() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
      static_cast<std::int64_t>(line.ttl_ms));
}

}  // namespace weir
