// An explanation for machines.

#ifndef WEIR_CONTROL_WEIRCTL_EXPLANATION_JSON_H_
#define WEIR_CONTROL_WEIRCTL_EXPLANATION_JSON_H_

#include <google/protobuf/struct.pb.h>

#include "weir/parser/explain/explain.h"

namespace weir {

// {"outcome": "accepted" | "refused" | "incomplete", "requests": [...], "unread_bytes": n}, with
// "error" if it is refused and "waiting_for" if it is incomplete. Offsets are bytes from 0, line
// and column count from 1. It has no bytes of field values.
google::protobuf::Struct ToJson(const Explanation& explanation);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_EXPLANATION_JSON_H_
