#include "weir/parser/explain/render.h"

#include "weir/parser/explain/excerpt.h"
#include "weir/parser/explain/visible_text.h"

namespace weir {
namespace {

std::string FramingText(const MessageFraming& framing) {
  if (framing.kind == BodyKind::kNone) return "no content";
  return framing.kind == BodyKind::kChunked ? "chunked content" : "content with a length";
}

std::string Summary(const ExplainedRequest& request, std::size_t number) {
  std::string text = "request " + std::to_string(number) + ": " + request.method + " " +
                     internal::VisibleText(request.target) + " HTTP/1." +
                     std::to_string(request.minor_version) + ", " + std::to_string(request.fields) +
                     " fields, head of " + std::to_string(request.head_bytes) + " bytes, " +
                     FramingText(request.framing);
  if (request.framing.kind != BodyKind::kNone) {
    text += " of " + std::to_string(request.content_bytes) + " bytes";
  }
  if (!request.keep_alive) text += ", then the connection closes";
  return text + "\n";
}

std::string RenderError(const Explanation& explanation, std::string_view input,
                        const RenderOptions& options) {
  const ParseErrorInfo& info = Describe(explanation.error);
  const SourcePlace& place = explanation.place;
  std::string text = std::string(options.name) + ":" + std::to_string(place.line) + ":" +
                     std::to_string(place.column) + ": error: " + std::string(info.name) +
                     ", answered with " + std::to_string(info.status) + "\n";
  text += internal::Excerpt(input, place, options);
  text += "at: request " + std::to_string(explanation.requests.size() + 1) + ", byte " +
          std::to_string(explanation.offset - explanation.request_offset) + " of it, byte " +
          std::to_string(explanation.offset) + " of the input, " +
          std::string(Describe(place.part));
  if (!place.field_name.empty()) text += " \"" + place.field_name + "\"";
  text += "\nfix: " + std::string(info.text) + "\n";
  if (!explanation.limit.empty()) text += "limit: " + explanation.limit + "\n";
  return text + "see: " + std::string(info.section) + "\n";
}

}  // namespace

std::string Render(const Explanation& explanation, std::string_view input,
                   const RenderOptions& options) {
  std::string text;
  for (std::size_t i = 0; i < explanation.requests.size(); ++i) {
    text += Summary(explanation.requests[i], i + 1);
  }
  if (explanation.outcome == ExplainOutcome::kRefused) {
    return text + RenderError(explanation, input, options);
  }
  if (explanation.outcome == ExplainOutcome::kIncomplete) {
    return text + std::string(options.name) + ": incomplete: request " +
           std::to_string(explanation.requests.size() + 1) + ", from byte " +
           std::to_string(explanation.request_offset) + ", waits for " + explanation.waiting_for +
           "\n";
  }
  if (explanation.unread_bytes != 0) {
    text +=
        "note: " + std::to_string(explanation.unread_bytes) + " bytes after that are never read\n";
  }
  return text + std::string(options.name) + ": accepted\n";
}

}  // namespace weir
