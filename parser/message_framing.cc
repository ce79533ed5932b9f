#include "weir/parser/message_framing.h"

#include "weir/parser/chars.h"
#include "weir/parser/head_rules.h"

namespace weir::internal {
namespace {

constexpr std::uint64_t kMaxLength = 0x7fffffffffffffff;
constexpr std::size_t kMaxLengthDigits = 64;

// 1*DIGIT, in `length`. A list is told from other malformed values, since it has its own kind.
RuleError ReadContentLength(std::string_view value, std::uint64_t* length) {
  std::size_t at = 0;
  for (; at < value.size() && IsDigit(value[at]); ++at) {
    if (at == kMaxLengthDigits) return {ParseError::kContentLengthOverflow, at};
    const auto digit = static_cast<std::uint64_t>(value[at] - '0');
    if (*length > (kMaxLength - digit) / 10) return {ParseError::kContentLengthOverflow, at};
    *length = *length * 10 + digit;
  }
  if (at == value.size() && at > 0) return {};
  std::size_t next = at;
  while (next < value.size() && IsBlank(value[next])) ++next;
  if (at > 0 && next < value.size() && value[next] == ',') {
    return {ParseError::kContentLengthRepeated, next};
  }
  return {ParseError::kContentLengthInvalid, at};
}

// The codings of one or more Transfer-Encoding lines, read in order.
class TransferCodings {
 public:
  // Reads the value of one line. Offsets are from its start, plus `base`.
  RuleError Read(std::string_view value, std::size_t base) {
    std::size_t at = 0;
    for (;;) {
      const std::size_t start = at;
      const RuleError error = ReadCoding(value, &at);
      if (error.error != ParseError::kNone) return {error.error, base + error.offset};
      last_offset_ = base + start;
      if (count_++ == 0) first_offset_ = last_offset_;
      if (at == value.size()) return {};
      ++at;
      while (at < value.size() && IsBlank(value[at])) ++at;
    }
  }

  RuleError Judge() const {
    if (!chunked_) return {ParseError::kChunkedNotFinal, last_offset_};
    if (count_ > 1) return {ParseError::kTransferCodingUnsupported, first_offset_};
    return {};
  }

 private:
  // Reads one coding with its parameters, up to the comma after it or the end.
  RuleError ReadCoding(std::string_view value, std::size_t* at) {
    const std::size_t start = *at;
    while (*at < value.size() && Is(kTokenChar, value[*at])) ++*at;
    const std::string_view name = value.substr(start, *at - start);
    if (name.empty()) return {ParseError::kTransferEncodingInvalid, start};
    while (*at < value.size() && IsBlank(value[*at])) ++*at;
    const bool plain = *at == value.size() || value[*at] == ',';
    if (!plain && value[*at] != ';') return {ParseError::kTransferEncodingInvalid, *at};
    for (; *at < value.size() && value[*at] != ','; ++*at) {
      const char c = value[*at];
      if (!Is(kTokenChar, c) && !IsBlank(c) && c != ';' && c != '=') {
        return {ParseError::kTransferEncodingInvalid, *at};
      }
    }
    const bool chunked = EqualsIgnoringCase(name, "chunked");
    if (chunked_) {
      return {chunked ? ParseError::kChunkedRepeated : ParseError::kChunkedNotFinal, start};
    }
    chunked_ = chunked && plain;
    return {};
  }

  bool chunked_ = false;  // the last coding so far is chunked
  std::size_t count_ = 0;
  std::size_t first_offset_ = 0;
  std::size_t last_offset_ = 0;
};

RuleError ReadTransferEncoding(const HeadFields& fields) {
  TransferCodings codings;
  for (std::uint32_t i = fields.first(kTransferEncoding); i < fields.all.size();
       i = fields.next(kTransferEncoding, i)) {
    const RuleError error = codings.Read(fields.value(i), fields.offset(i));
    if (error.error != ParseError::kNone) return error;
  }
  return codings.Judge();
}

RuleError FrameByContentLength(const HeadFields& fields, std::uint64_t max_body_bytes,
                               MessageFraming* framing) {
  const std::uint32_t index = fields.first(kContentLength);
  if (fields.repeated(kContentLength)) {
    const std::uint32_t second = fields.next(kContentLength, index);
    return {ParseError::kContentLengthRepeated, fields.offset(second)};
  }
  const RuleError error = ReadContentLength(fields.value(index), &framing->content_length);
  if (error.error != ParseError::kNone) return {error.error, fields.offset(index) + error.offset};
  if (framing->content_length > max_body_bytes) {
    return {ParseError::kBodyTooLarge, fields.offset(index)};
  }
  framing->kind = BodyKind::kContentLength;
  return {};
}

}  // namespace

RuleError DecideFraming(const HeadFields& fields, std::uint64_t max_body_bytes,
                        MessageFraming* framing) noexcept {
  *framing = MessageFraming();
  if (!fields.has(kTransferEncoding)) {
    if (!fields.has(kContentLength)) return {};
    return FrameByContentLength(fields, max_body_bytes, framing);
  }
  if (fields.has(kContentLength)) {
    const std::uint32_t length = fields.first(kContentLength);
    const std::uint32_t coding = fields.first(kTransferEncoding);
    return {ParseError::kTransferEncodingAndContentLength,
            fields.offset(length > coding ? length : coding)};
  }
  if (fields.state.minor_version == 0) {
    return {ParseError::kTransferEncodingInHttp10, fields.offset(fields.first(kTransferEncoding))};
  }
  const RuleError error = ReadTransferEncoding(fields);
  if (error.error == ParseError::kNone) framing->kind = BodyKind::kChunked;
  return error;
}

}  // namespace weir::internal
