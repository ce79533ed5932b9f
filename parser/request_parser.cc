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
  switch (text.size()) {
    case 3:
      return Equals(text, "GET")   ? Method::kGet
             : Equals(text, "PUT") ? Method::kPut
                                   : Method::kOther;
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
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view option = internal::TrimBlanks(list.substr(0, comma));
      close |= internal::EqualsIgnoringCase(option, "close");
      keep_alive |= internal::EqualsIgnoringCase(option, "keep-alive");
      upgrade |= internal::EqualsIgnoringCase(option, "upgrade");
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
};

void ReadConnection(const HeadFields& fields, RequestHead* head) {
  ConnectionOptions options;
  if (fields.has(internal::kConnection)) {
    for (std::uint32_t i = fields.first(internal::kConnection); i < fields.all.size();
         i = fields.next(internal::kConnection, i)) {
      options.Add(fields.value(i));
    }
  }
  head->keep_alive = !options.close && (head->minor_version == 1 || options.keep_alive);
  head->upgrade = options.upgrade && head->minor_version == 1 && fields.has(internal::kUpgrade);
}

RuleError ReadExpect(const HeadFields& fields, RequestHead* head) {
  head->expect_continue = false;
  if (!fields.has(internal::kExpect) || head->minor_version == 0) return {};
  for (std::uint32_t i = fields.first(internal::kExpect); i < fields.all.size();
       i = fields.next(internal::kExpect, i)) {
    if (!internal::EqualsIgnoringCase(fields.value(i), "100-continue")) {
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

}  // namespace

void RequestParser::Reset() noexcept { state_ = internal::HeadState(); }

ParseStatus RequestParser::Parse(std::string_view buffer, const ParserLimits& limits) noexcept {
  const std::size_t size = std::min<std::size_t>(buffer.size(), limits.max_head_bytes);
  if (size < state_.scan) return Fail(ParseError::kHeadTooLarge, size);
  if (AdvanceInValue(buffer.data(), size, limits)) return ParseStatus::kIncomplete;
  const internal::HeadInput input = {buffer.data(), size, &limits, fields_,
                                     std::min(capacity_, limits.max_fields)};
  for (;;) {
    switch (internal::ParseHead(&state_, input)) {
      case HeadStatus::kIncomplete:
        if (size < limits.max_head_bytes) return ParseStatus::kIncomplete;
        return Fail(ParseError::kHeadTooLarge, size);
      case HeadStatus::kError:
        return ParseStatus::kError;
      case HeadStatus::kCheckTarget:
        if (!SplitTarget(buffer.data())) return ParseStatus::kError;
        break;
      case HeadStatus::kComplete:
        return Finish(buffer.data(), limits);
    }
  }
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

bool RequestParser::SplitTarget(const char* data) noexcept {
  const std::size_t start = state_.method_end + 1;
  head_.method_text = {data + state_.request_line_start,
                       state_.method_end - state_.request_line_start};
  const std::size_t question =
      state_.question == 0 ? std::string_view::npos : state_.question - start;
  const std::string_view text(data + start, state_.target_end - start);
  if (text[0] == '/' && head_.method_text.size() != 7) {  // not CONNECT: nothing to check
    head_.target = RequestTarget();
    head_.target.text = text;
    internal::SplitPath(text, question, &head_.target);
    return true;
  }
  const RuleError error = internal::SplitTarget(head_.method_text, text, question, &head_.target);
  if (error.error == ParseError::kNone) return true;
  Fail(error.error, start + error.offset);
  return false;
}

ParseStatus RequestParser::Finish(const char* data, const ParserLimits& limits) noexcept {
  SplitTarget(data);  // succeeds: it did where it had to, when the request line was complete
  const HeadFields fields(data, fields_, state_);
  head_.method = IdentifyMethod(head_.method_text);
  head_.minor_version = state_.minor_version;
  head_.fields = fields.all;
  RuleError error = CheckHostField(fields, head_);
  if (error.error == ParseError::kNone) {
    error = internal::DecideFraming(fields, limits.max_body_bytes, &head_.framing);
  }
  if (error.error == ParseError::kNone) error = ReadExpect(fields, &head_);
  if (error.error != ParseError::kNone) return Fail(error.error, error.offset);
  ReadConnection(fields, &head_);
  return ParseStatus::kComplete;
}

}  // namespace weir
