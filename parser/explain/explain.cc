#include "weir/parser/explain/explain.h"

#include "weir/parser/body_decoder.h"
#include "weir/parser/explain/error_limit.h"
#include "weir/parser/explain/source_place.h"
#include "weir/parser/request_parser.h"

namespace weir {
namespace {

class Explainer {
 public:
  Explainer(std::string_view input, const ParserLimits& limits)
      : input_(input),
        limits_(limits),
        fields_(limits.max_fields),
        parser_(fields_.data(), limits.max_fields) {}

  Explanation Run() {
    bool goes_on = true;
    while (goes_on && (at_ < input_.size() || result_.requests.empty())) goes_on = NextRequest();
    return std::move(result_);
  }

 private:
  // False if there is nothing to go on with.
  bool NextRequest() {
    result_.request_offset = at_;
    parser_.Reset();
    const ParseStatus status = parser_.Parse(input_.substr(at_), limits_);
    if (status == ParseStatus::kIncomplete) return WaitForHead();
    if (status == ParseStatus::kError) return Refuse(parser_.error(), at_ + parser_.error_offset());
    at_ += parser_.head_bytes();
    if (!ReadBody()) return false;
    AddRequest();
    if (parser_.head().keep_alive) return true;
    result_.unread_bytes = input_.size() - at_;
    return false;
  }

  bool WaitForHead() {
    result_.outcome = ExplainOutcome::kIncomplete;
    const std::string_view head = input_.substr(at_);
    const bool has_line = head.find('\n', head.substr(0, 2) == "\r\n" ? 2 : 0) != head.npos;
    result_.waiting_for = head.empty() ? "the first byte of a request"
                          : has_line   ? "the empty line that ends the head"
                                       : "the end of the request line";
    return false;
  }

  bool ReadBody() {
    const std::size_t start = at_;
    decoder_.Start(parser_.head().framing);
    BodyStep step = {BodyStatus::kData, 0, {}};
    while (step.status == BodyStatus::kData) {
      step = decoder_.Decode(input_.substr(at_), limits_);
      at_ += step.consumed;
    }
    if (step.status == BodyStatus::kError) {
      return Refuse(decoder_.error(), start + static_cast<std::size_t>(decoder_.error_offset()));
    }
    return step.status == BodyStatus::kComplete || WaitForBody();
  }

  bool WaitForBody() {
    result_.outcome = ExplainOutcome::kIncomplete;
    const MessageFraming& framing = parser_.head().framing;
    result_.waiting_for =
        framing.kind == BodyKind::kChunked
            ? "the rest of the chunks, which end with one of size 0 and an empty line"
            : std::to_string(framing.content_length - decoder_.content_bytes()) + " more of the " +
                  std::to_string(framing.content_length) + " bytes of content";
    return false;
  }

  bool Refuse(ParseError error, std::size_t offset) {
    result_.outcome = ExplainOutcome::kRefused;
    result_.error = error;
    result_.offset = offset;
    result_.place = internal::FindPlace(input_, result_.request_offset, offset, error);
    result_.limit = internal::LimitText(error, limits_);
    return false;
  }

  void AddRequest() {
    const RequestHead& head = parser_.head();
    ExplainedRequest request;
    request.offset = result_.request_offset;
    request.head_bytes = parser_.head_bytes();
    request.body_bytes = at_ - request.offset - request.head_bytes;
    request.content_bytes = decoder_.content_bytes();
    request.method = std::string(head.method_text);
    request.target = std::string(head.target.text);
    request.minor_version = head.minor_version;
    request.fields = static_cast<std::uint32_t>(head.fields.size());
    request.framing = head.framing;
    request.keep_alive = head.keep_alive;
    result_.requests.push_back(request);
  }

  const std::string_view input_;
  const ParserLimits limits_;
  std::vector<FieldRef> fields_;
  RequestParser parser_;
  BodyDecoder decoder_;
  std::size_t at_ = 0;
  Explanation result_;
};

}  // namespace

std::string_view Describe(RequestPart part) noexcept {
  constexpr std::string_view kNames[] = {"request line", "field", "end of the head", "chunk",
                                         "trailer"};
  return kNames[static_cast<std::size_t>(part)];
}

Explanation Explain(std::string_view input, const ParserLimits& limits) {
  return Explainer(input, limits).Run();
}

}  // namespace weir
