// The rules over a whole head. Internal: request_parser.cc applies them in their fixed order.

#ifndef WEIR_PARSER_HEAD_RULES_H_
#define WEIR_PARSER_HEAD_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/parser/head_state.h"
#include "weir/parser/header_fields.h"
#include "weir/parser/message_framing.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/request_target.h"

namespace weir::internal {

// A broken rule, and where: an offset into the text that was given.
struct RuleError {
  ParseError error = ParseError::kNone;
  std::size_t offset = 0;
};

// Splits the path and query that `text` is into `target`. `question` as below.
inline void SplitPath(std::string_view text, std::size_t question, RequestTarget* target) noexcept {
  target->path = text;
  if (question == std::string_view::npos) return;
  target->path = {text.data(), question};
  target->query = {text.data() + question + 1, text.size() - question - 1};
  target->has_query = true;
}

// Makes `target`, which is new or of such a form, an origin-form one. Member by member: gcc 12
// would build a whole one elsewhere first.
inline void FillOriginForm(std::string_view text, std::size_t question,
                           RequestTarget* target) noexcept {
  target->text = text;
  target->query = {};
  target->has_query = false;
  SplitPath(text, question, target);
}

// Splits `text`, whose bytes are all 0x21-0x7e but '#', into `target` by the rules for `method`.
// `question` is where the first '?' stands, or npos.
RuleError SplitTarget(std::string_view method, std::string_view text, std::size_t question,
                      RequestTarget* target) noexcept;

// Checks the value of the Host field against its grammar and against the target.
RuleError CheckHost(std::string_view value, const RequestTarget& target) noexcept;

// The fields of a complete head, with what the kernel noted about the known ones.
struct HeadFields {
  HeadFields(const char* base, const FieldRef* refs, const HeadState& state) noexcept
      : base(base), refs(refs), state(state), all(base, refs, state.field_count) {}

  bool has(KnownField field) const noexcept { return (state.present >> field & 1) != 0; }
  // Whether a field is there that says how long the content is.
  bool has_length() const noexcept {
    return (state.present & (1u << kContentLength | 1u << kTransferEncoding)) != 0;
  }
  bool repeated(KnownField field) const noexcept { return (state.repeated >> field & 1) != 0; }
  // REQUIRES: has(field).
  std::uint32_t first(KnownField field) const noexcept { return state.known[field]; }
  std::string_view value(std::uint32_t index) const noexcept { return all[index].value; }
  // The next line with the same name as `field`, or all.size().
  std::uint32_t next(KnownField field, std::uint32_t index) const noexcept {
    return repeated(field) ? all.Find(all[first(field)].name, index + 1) : all.size();
  }
  std::size_t offset(std::uint32_t index) const noexcept { return refs[index].value_offset; }

  const char* base;
  const FieldRef* refs;
  const HeadState& state;
  HeaderFields all;
};

// Decides where the content ends. Offsets are from the start of the head.
RuleError DecideFraming(const HeadFields& fields, std::uint64_t max_body_bytes,
                        MessageFraming* framing) noexcept;

}  // namespace weir::internal

#endif  // WEIR_PARSER_HEAD_RULES_H_
