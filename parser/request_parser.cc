#include "weir/parser/request_parser.h"

#include <algorithm>
#include <cstring>

#include "weir/parser/chars.h"
#include "weir/parser/head_rules.h"
#include "weir/parser/simd/dispatch.h"

namespace weir {
namespace {

using internal::HeadFields;
using internal::HeadStatus;
using internal::RuleError;

// Of a known size, so that the compiler compares words.
template <std::size_t N>
bool Equals(std::string_view text, const char (&literal)[N]) {
  return std::memcmp(text.data(), literal, N - 1) == 0;
}

Method IdentifyMethod(std::string_view text) {
  if (text.size() == 3 && Equals(text, "GET")) return Method::kGet;
  switch (text.size()) {
    case 3:
      return Equals(text, "PUT") ? Method::kPut : Method::kOther;
    case 4:
      return Equals(text, "POST")   ? Method::kPost
             : Equals(text, "HEAD") ? Method::kHead
                                    : Method::kOther;
    case 5:
      return Equals(text, "PATCH")   ? Method::kPatch
             : Equals(text, "TRACE") ? Method::kTrace
                                     : Method::kOther;
    case 6:
      return Equals(text, "DELETE") ? Method::kDelete : Method::kOther;
    case 7:
      return Equals(text, "OPTIONS")   ? Method::kOptions
             : Equals(text, "CONNECT") ? Method::kConnect
                                       : Method::kOther;
    default:
      return Method::kOther;
  }
}

// What the Connection fields ask for (RFC 9110 section 7.6.1).
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;

  void Add(std::string_view list) {
    if (AddOne(list)) return;  // one option alone, as nearly always
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      AddOne(internal::TrimBlanks(list.substr(0, comma)));
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }

 private:
  // Whether `option` is one of the three.
  bool AddOne(std::string_view option) {
    bool* known = nullptr;
    if (internal::IsFolded(option, "keep-alive")) known = &keep_alive;
    if (internal::IsFolded(option, "close")) known = &close;
    if (internal::IsFolded(option, "upgrade")) known = &upgrade;
    if (known != nullptr) *known = true;
    return known != nullptr;
  }
};

void ReadConnection(const HeadFields& fields, RequestHead* head) {
  ConnectionOptions options;
  for (std::uint32_t i = fields.first(internal::kConnection); i < fields.all.size();
       i = fields.next(internal::kConnection, i)) {
    options.Add(fields.value(i));
  }
  head->keep_alive = !options.close && (head->minor_version == 1 || options.keep_alive);
  head->upgrade = options.upgrade && head->minor_version == 1 && fields.has(internal::kUpgrade);
}

RuleError ReadExpect(const HeadFields& fields, RequestHead* head) {
  if (!fields.has(internal::kExpect) || head->minor_version == 0) return {};
  for (std::uint32_t i = fields.first(internal::kExpect); i < fields.all.size();
       i = fields.next(internal::kExpect, i)) {
    if (!internal::IsFolded(fields.value(i), "100-continue")) {
      return {ParseError::kExpectationUnsupported, fields.offset(i)};
    }
  }
  head->expect_continue = true;
  return {};
}

RuleError CheckHostField(const HeadFields& fields, const RequestHead& head) {
  if (!fields.has(internal::kHost)) {
    if (head.minor_version == 0) return {};
    return {ParseError::kHostMissing, fields.state.head_end};
  }
  const std::uint32_t index = fields.first(internal::kHost);
  if (fields.repeated(internal::kHost)) {
    return {ParseError::kHostDuplicate, fields.offset(fields.next(internal::kHost, index))};
  }
  const RuleError error = internal::CheckHost(fields.value(index), head.target);
  return {error.error, fields.offset(index) + error.offset};
}

// Whether the head is one that no rule over the whole head refuses, by a quick look.
bool IsPlain(const internal::HeadState& state, const RequestHead& head) {
  constexpr unsigned kWithRules =
      1u << internal::kContentLength | 1u << internal::kTransferEncoding | 1u << internal::kExpect;
  return state.plain_host && (state.present & kWithRules) == 0 &&
         (state.repeated & 1u << internal::kHost) == 0 && head.target.form == TargetForm::kOrigin;
}

}  // namespace

void RequestParser::Reset() noexcept { state_ = internal::HeadState(); }

inline std::string_view RequestParser::target_text(const char* data) const noexcept {
  const std::size_t start = state_.method_end + 1;
  return {data + start, state_.target_end - start};
}

inline std::size_t RequestParser::question() const noexcept {
  return state_.question == 0 ? std::string_view::npos : state_.question - state_.method_end - 1;
}

bool RequestParser::CheckTarget(const char* data) noexcept {
  const std::string_view method(data + state_.request_line_start,
                                state_.method_end - state_.request_line_start);
  const RuleError error =
      internal::SplitTarget(method, target_text(data), question(), &head_.target);
  if (error.error == ParseError::kNone) return true;
  Fail(error.error, state_.method_end + 1 + error.offset);
  return false;
}

inline void RequestParser::FillRequestLine(const char* data) noexcept {
  head_.method_text = {data + state_.request_line_start,
                       state_.method_end - state_.request_line_start};
  head_.method = IdentifyMethod(head_.method_text);
  head_.minor_version = state_.minor_version;
  const std::string_view text = target_text(data);
  if (text[0] == '/' && head_.method != Method::kConnect) {
    internal::FillOriginForm(text, question(), &head_.target);
  } else {
    CheckTarget(data);  // succeeds: it did when the request line was complete
  }
}

inline ParseStatus RequestParser::Finish(const char* data, const ParserLimits& limits) noexcept {
  FillRequestLine(data);
  head_.fields = HeaderFields(data, fields_, state_.field_count);
  head_.framing = MessageFraming();
  head_.expect_continue = false;
  if (!IsPlain(state_, head_) && !ApplyRules(data, limits)) return ParseStatus::kError;
  if ((state_.present & 1u << internal::kConnection) != 0) {
    ReadConnection(HeadFields(data, fields_, state_), &head_);
  } else {
    head_.keep_alive = head_.minor_version == 1;
    head_.upgrade = false;
  }
  return ParseStatus::kComplete;
}

ParseStatus RequestParser::Parse(std::string_view buffer, const ParserLimits& limits) noexcept {
  const std::size_t size = std::min<std::size_t>(buffer.size(), limits.max_head_bytes);
  if (state_.phase != internal::HeadPhase::kStart) {
    if (size < state_.scan) return Fail(ParseError::kHeadTooLarge, size);
    if (AdvanceInValue(buffer.data(), size, limits)) return ParseStatus::kIncomplete;
  }
  const internal::HeadInput input = {buffer.data(), size, &limits, fields_,
                                     std::min(capacity_, limits.max_fields)};
  HeadStatus status = internal::ParseHead(&state_, input);
  if (status == HeadStatus::kCheckTarget) {
    if (!CheckTarget(buffer.data())) return ParseStatus::kError;
    status = internal::ParseHead(&state_, input);
  }
  if (status == HeadStatus::kComplete) return Finish(buffer.data(), limits);
  if (status == HeadStatus::kError) return ParseStatus::kError;
  if (size < limits.max_head_bytes) return ParseStatus::kIncomplete;
  return Fail(ParseError::kHeadTooLarge, size);
}

bool RequestParser::AdvanceInValue(const char* data, std::size_t size,
                                   const ParserLimits& limits) noexcept {
  constexpr std::size_t kFew = 8;
  if (state_.phase != internal::HeadPhase::kFieldValue || size - state_.scan > kFew) return false;
  if (size == limits.max_head_bytes || size - state_.line_start > limits.max_field_bytes) {
    return false;
  }
  for (std::size_t i = state_.scan; i < size; ++i) {
    if (internal::Is(internal::kControlChar, data[i])) return false;
  }
  state_.scan = static_cast<std::uint32_t>(size);
  return true;
}

ParseStatus RequestParser::Fail(ParseError error, std::size_t offset) noexcept {
  state_.phase = internal::HeadPhase::kFailed;
  state_.error = error;
  state_.error_offset = static_cast<std::uint32_t>(offset);
  return ParseStatus::kError;
}

bool RequestParser::ApplyRules(const char* data, const ParserLimits& limits) noexcept {
  const HeadFields fields(data, fields_, state_);
  RuleError error = CheckHostField(fields, head_);
  if (error.error == ParseError::kNone) {
    error = internal::DecideFraming(fields, limits.max_body_bytes, &head_.framing);
  }
  if (error.error == ParseError::kNone) error = ReadExpect(fields, &head_);
  if (error.error == ParseError::kNone) return true;
  Fail(error.error, error.offset);
  return false;
}

}  // namespace weir
