// A refused request in words.

#ifndef WEIR_CONTROL_WEIRCTL_REFUSED_TEXT_H_
#define WEIR_CONTROL_WEIRCTL_REFUSED_TEXT_H_

#include <string>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// "byte 20, field Cookie".
std::string RefusedWhere(const admin::v1::BadRequest& request);
// "max_field_bytes=8192, try 16384"; "-" if no limit was passed.
std::string RefusedAdvice(const admin::v1::BadRequest& request);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_REFUSED_TEXT_H_
