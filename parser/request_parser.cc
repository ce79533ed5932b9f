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
bool Equals(const char* text, const char (&literal)[N]) {
  return std::memcmp(text, literal, N - 1) == 0;
}

Method IdentifyMethodBesidesGet(std::string_view text) {
  const char* const method = text.data();
  switch (text.size()) {
    case 3:
      return Equals(method, "PUT") ? Method::kPut : Method::kOther;
    case 4:
      return Equals(method, "POST")   ? Method::kPost
             : Equals(method, "HEAD") ? Method::kHead
                                      : Method::kOther;
    case 5:
      return Equals(method, "PATCH")   ? Method::kPatch
             : Equals(method, "TRACE") ? Method::kTrace
                                       : Method::kOther;
    case 6:
      return Equals(method, "DELETE") ? Method::kDelete : Method::kOther;
    case 7:
      return Equals(method, "OPTIONS")   ? Method::kOptions
             : Equals(method, "CONNECT") ? Method::kConnect
                                         : Method::kOther;
    default:
      return Method::kOther;
  }
}

// The method's last byte has another behind it, which is a space.
inline Method IdentifyMethod(std::string_view text) {
  return Equals(text.data(), "GET ") ? Method::kGet : IdentifyMethodBesidesGet(text);
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

__attribute__((noinline)) void ReadConnectionOptions(const HeadFields& fields, RequestHead* head) {
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

bool Has(const internal::HeadState& state, internal::KnownField field) {
  return (state.present >> field & 1) != 0;
}

// Whether the rules for Host accept a head with a plain path, by a quick look.
bool HasPlainHost(const internal::HeadState& state) {
  return state.plain_host && (state.repeated & 1u << internal::kHost) == 0;
}

// Whether all rules over a whole head accept one with a plain path, and take nothing from it.
bool IsPlain(const internal::HeadState& state) {
  constexpr unsigned kWithRules =
      1u << internal::kContentLength | 1u << internal::kTransferEncoding | 1u << internal::kExpect;
  return HasPlainHost(state) && (state.present & kWithRules) == 0;
}

}  // namespace

inline std::string_view RequestParser::target_text(const char* data) const noexcept {
  const std::size_t start = state_.method_end + 1;
  return {data + start, state_.target_end - start};
}

inline std::size_t RequestParser::question() const noexcept {
  return state_.question == 0 ? std::string_view::npos : state_.question - state_.method_end - 1;
}

__attribute__((noinline)) bool RequestParser::CheckTarget(const char* data) noexcept {
  const std::string_view method(data + state_.request_line_start,
                                state_.method_end - state_.request_line_start);
  head_is_plain_ = false;
  const RuleError error =
      internal::SplitTarget(method, target_text(data), question(), &head_.target);
  if (error.error == ParseError::kNone) return true;
  Fail(error.error, state_.method_end + 1 + error.offset);
  return false;
}

// Member by member: gcc 12 would build a whole one elsewhere first.
inline void RequestParser::ClearHead() noexcept {
  head_.target.form = TargetForm::kOrigin;
  head_.target.scheme = {};
  head_.target.authority = {};
  head_.framing = MessageFraming();
  head_.expect_continue = false;
  head_.upgrade = false;
  head_is_plain_ = true;
}

// Nearly all Connection fields are alone and say "keep-alive".
inline void RequestParser::ReadConnection(const char* data) noexcept {
  const FieldRef& field = fields_[state_.known[internal::kConnection]];
  const bool alone = (state_.repeated >> internal::kConnection & 1) == 0;
  if (alone && internal::IsFolded({data + field.value_offset, field.value_length}, "keep-alive")) {
    head_.keep_alive = true;
  } else {
    ReadOtherConnection(data);
  }
}

inline ParseStatus RequestParser::Finish(const char* data, const ParserLimits& limits) noexcept {
  if (!head_is_plain_) ClearHead();
  head_.method_text = {data + state_.request_line_start,
                       state_.method_end - state_.request_line_start};
  head_.method = IdentifyMethod(head_.method_text);
  head_.minor_version = state_.minor_version;
  head_.fields = HeaderFields(data, fields_, state_.field_count);
  head_.keep_alive = state_.minor_version == 1;
  const std::string_view target = target_text(data);
  const bool is_path = target[0] == '/';
  if (is_path) internal::FillOriginForm(target, question(), &head_.target);
  if (!is_path || !IsPlain(state_)) return FinishByRules(data, limits);
  if (Has(state_, internal::kConnection)) ReadConnection(data);
  return ParseStatus::kComplete;
}

__attribute__((noinline)) ParseStatus RequestParser::FinishByRules(
    const char* data, const ParserLimits& limits) noexcept {
  head_is_plain_ = false;
  // Succeeds: it did when the request line was complete.
  if (target_text(data)[0] != '/') CheckTarget(data);
  if (!ApplyRules(data, limits)) return ParseStatus::kError;
  if (Has(state_, internal::kConnection)) ReadConnection(data);
  return ParseStatus::kComplete;
}

__attribute__((noinline)) void RequestParser::ReadOtherConnection(const char* data) noexcept {
  head_is_plain_ = false;
  ReadConnectionOptions(HeadFields(data, fields_, state_), &head_);
}

inline internal::HeadInput RequestParser::MakeInput(const char* data, std::size_t size,
                                                    const ParserLimits& limits) const noexcept {
  return {data, size, &limits, fields_, std::min(capacity_, limits.max_fields)};
}

ParseStatus RequestParser::Parse(std::string_view buffer, const ParserLimits& limits) noexcept {
  const std::size_t size = std::min<std::size_t>(buffer.size(), limits.max_head_bytes);
  if (state_.phase != internal::HeadPhase::kStart) return Resume(buffer.data(), size, limits);
  const internal::HeadInput input = MakeInput(buffer.data(), size, limits);
  const HeadStatus status = internal::ParseHead(&state_, input);
  if (status != HeadStatus::kComplete) return Stop(status, input);
  return Finish(input.data, *input.limits);
}

__attribute__((noinline)) ParseStatus RequestParser::Resume(const char* data, std::size_t size,
                                                            const ParserLimits& limits) noexcept {
  const bool ended = state_.phase >= internal::HeadPhase::kDone;
  if (!ended && size < state_.scan) return Fail(ParseError::kHeadTooLarge, size);
  if (AdvanceInValue(data, size, limits)) return ParseStatus::kIncomplete;
  const internal::HeadInput input = MakeInput(data, size, limits);
  const HeadStatus status = internal::ParseHead(&state_, input);
  if (status != HeadStatus::kComplete) return Stop(status, input);
  return Finish(data, limits);
}

__attribute__((noinline)) ParseStatus RequestParser::Stop(
    HeadStatus status, const internal::HeadInput& input) noexcept {
  if (status == HeadStatus::kCheckTarget) {
    if (!CheckTarget(input.data)) return ParseStatus::kError;
    status = internal::ParseHead(&state_, input);
  }
  if (status == HeadStatus::kComplete) return Finish(input.data, *input.limits);
  if (status == HeadStatus::kError) return ParseStatus::kError;
  if (input.size < input.limits->max_head_bytes) return ParseStatus::kIncomplete;
  return Fail(ParseError::kHeadTooLarge, input.size);
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
  const bool plain_host = HasPlainHost(state_) && head_.target.form == TargetForm::kOrigin;
  RuleError error = plain_host ? RuleError() : CheckHostField(fields, head_);
  if (error.error == ParseError::kNone) {
    error = internal::DecideFraming(fields, limits.max_body_bytes, &head_.framing);
  }
  if (error.error == ParseError::kNone) error = ReadExpect(fields, &head_);
  if (error.error == ParseError::kNone) return true;
  Fail(error.error, error.offset);
  return false;
}

}  // namespace weir
