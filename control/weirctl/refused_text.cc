#include "weir/control/weirctl/refused_text.h"

#include "absl/strings/str_cat.h"

namespace weir {

std::string RefusedWhere(const admin::v1::BadRequest& request) {
  std::string text =
      absl::StrCat(request.in_content() ? "content byte " : "byte ", request.offset());
  if (!request.field_name().empty()) absl::StrAppend(&text, ", field ", request.field_name());
  return text;
}

std::string RefusedAdvice(const admin::v1::BadRequest& request) {
  if (request.limit().empty()) return "-";
  std::string text = absl::StrCat(request.limit(), "=", request.limit_value());
  if (request.suggested_value() != 0) absl::StrAppend(&text, ", try ", request.suggested_value());
  return text;
}

}  // namespace weir
