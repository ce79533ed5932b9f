#include "weir/control/weirctl/explanation_json.h"

#include <string_view>

#include "weir/control/weirctl/json_struct.h"
#include "weir/parser/explain/visible_text.h"

namespace weir {
namespace {

using google::protobuf::Struct;

Struct RequestJson(const ExplainedRequest& request) {
  constexpr std::string_view kFraming[] = {"none", "content_length", "chunked"};
  Struct object;
  SetNumber(&object, "offset", request.offset);
  SetNumber(&object, "head_bytes", request.head_bytes);
  SetNumber(&object, "body_bytes", request.body_bytes);
  SetNumber(&object, "content_bytes", request.content_bytes);
  SetText(&object, "method", request.method);
  SetText(&object, "target", internal::VisibleText(request.target));
  SetNumber(&object, "minor_version", request.minor_version);
  SetNumber(&object, "fields", request.fields);
  SetText(&object, "framing", kFraming[static_cast<std::size_t>(request.framing.kind)]);
  (*object.mutable_fields())["keep_alive"].set_bool_value(request.keep_alive);
  return object;
}

Struct ErrorJson(const Explanation& explanation) {
  const ParseErrorInfo& info = Describe(explanation.error);
  Struct object;
  SetText(&object, "kind", info.name);
  SetNumber(&object, "status", info.status);
  SetText(&object, "fix", info.text);
  SetText(&object, "section", info.section);
  SetText(&object, "limit", explanation.limit);
  SetNumber(&object, "offset", explanation.offset);
  SetNumber(&object, "line", explanation.place.line);
  SetNumber(&object, "column", explanation.place.column);
  SetText(&object, "part", Describe(explanation.place.part));
  SetText(&object, "field", explanation.place.field_name);
  return object;
}

}  // namespace

Struct ToJson(const Explanation& explanation) {
  constexpr std::string_view kOutcomes[] = {"accepted", "refused", "incomplete"};
  Struct object;
  SetText(&object, "outcome", kOutcomes[static_cast<std::size_t>(explanation.outcome)]);
  auto* const requests = (*object.mutable_fields())["requests"].mutable_list_value();
  for (const ExplainedRequest& request : explanation.requests) {
    *requests->add_values()->mutable_struct_value() = RequestJson(request);
  }
  SetNumber(&object, "unread_bytes", explanation.unread_bytes);
  if (explanation.outcome == ExplainOutcome::kAccepted) return object;
  SetNumber(&object, "request_offset", explanation.request_offset);
  if (explanation.outcome == ExplainOutcome::kIncomplete) {
    SetText(&object, "waiting_for", explanation.waiting_for);
  } else {
    *(*object.mutable_fields())["error"].mutable_struct_value() = ErrorJson(explanation);
  }
  return object;
}

}  // namespace weir
