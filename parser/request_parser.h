// The resumable parser of a request head (RFC 9112 sections 2 to 6).

#ifndef WEIR_PARSER_REQUEST_PARSER_H_
#define WEIR_PARSER_REQUEST_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/parser/head_state.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"
#include "weir/parser/request_head.h"

namespace weir {

enum class ParseStatus : std::uint8_t {
  kIncomplete,  // the bytes so far are the start of a valid head: call again with more
  kComplete,    // head() and head_bytes() are set
  kError,       // error() and error_offset() are set; no later byte may be parsed
};

// Parses one head at a time from a contiguous buffer that grows between calls:
//
//   RequestParser parser(table, table_size);
//   while (parser.Parse({buffer, filled}, limits) == ParseStatus::kIncomplete) read more;
//
// Each call gets the whole of the head so far, from the head's first byte; the buffer (and the
// field table, see set_fields) may have moved in between, since all state is in offsets. Any split
// of the input gives the same result, error kind and offset. It never allocates, throws or copies;
// one call rescans fewer than 64 bytes. One thread at a time.
class RequestParser {
 public:
  // `fields` is not owned and must hold `capacity` entries until head() was last used. A head with
  // more fields than min(capacity, limits.max_fields) is refused: too_many_fields.
  RequestParser(FieldRef* fields, std::uint32_t capacity) noexcept
      : fields_(fields), capacity_(capacity) {}

  // REQUIRES: after kIncomplete, `buffer` starts with the bytes of the call before; after kComplete
  // or kError, Reset() comes first.
  ParseStatus Parse(std::string_view buffer, const ParserLimits& limits) noexcept;

  // Makes ready for the next head.
  void Reset() noexcept { static_cast<internal::HeadProgress&>(state_) = {}; }

  // Moves to another field table, whose first field_count() entries the caller has copied.
  void set_fields(FieldRef* fields, std::uint32_t capacity) noexcept {
    fields_ = fields;
    capacity_ = capacity;
  }
  // Fields so far, also of an incomplete head.
  std::uint32_t field_count() const noexcept { return state_.field_count; }

  // REQUIRES: kComplete. Views into the buffer of the last call.
  const RequestHead& head() const noexcept { return head_; }
  // REQUIRES: kComplete. The same head, for a buffer or field table that has moved since.
  void set_head(const RequestHead& head) noexcept {
    head_ = head;
    head_is_plain_ = false;
  }
  // REQUIRES: kComplete. Bytes of the head, the empty line included: the content starts there.
  std::size_t head_bytes() const noexcept { return state_.head_end; }

  ParseError error() const noexcept { return state_.error; }
  // Offset of the first byte that could not be accepted, from the start of the buffer. For a limit:
  // the first byte beyond it. For a rule over the whole head: where the offending value starts, or
  // the end of the head when something is missing.
  std::size_t error_offset() const noexcept { return state_.error_offset; }

 private:
  internal::HeadInput MakeInput(const char* data, std::size_t size,
                                const ParserLimits& limits) const noexcept;
  // Parse, of a head whose start an earlier call has seen.
  ParseStatus Resume(const char* data, std::size_t size, const ParserLimits& limits) noexcept;
  // Goes on after a kernel that ended with `status`, and ends the call.
  ParseStatus Stop(internal::HeadStatus status, const internal::HeadInput& input) noexcept;
  // Takes the bytes since the last call if they are few and all within the value of a field: a slow
  // sender's, for which a kernel does more than is needed. False: nothing was taken.
  bool AdvanceInValue(const char* data, std::size_t size, const ParserLimits& limits) noexcept;
  ParseStatus Fail(ParseError error, std::size_t offset) noexcept;
  std::string_view target_text(const char* data) const noexcept;
  // Of the target's first '?', from its start; npos if there is none.
  std::size_t question() const noexcept;
  // Checks and splits a target that is no plain path; false, with the error set, if it is refused.
  bool CheckTarget(const char* data) noexcept;
  // Applies those rules, in this order: Host, framing, Expect. False: the error is set.
  bool ApplyRules(const char* data, const ParserLimits& limits) noexcept;
  // Makes head() plain again: of what Finish() does not set, all is as in a new one.
  void ClearHead() noexcept;
  // Makes head() of a complete head, or refuses it; the second of those that are not plain.
  ParseStatus Finish(const char* data, const ParserLimits& limits) noexcept;
  ParseStatus FinishByRules(const char* data, const ParserLimits& limits) noexcept;
  // REQUIRES: there is such a field, and the rest of head_ is set.
  void ReadConnection(const char* data) noexcept;
  void ReadOtherConnection(const char* data) noexcept;

  internal::HeadState state_ = {};
  FieldRef* fields_;
  std::uint32_t capacity_;
  RequestHead head_;
  // Finish() has set all of head_ that is not as in a new one.
  bool head_is_plain_ = true;
};

}  // namespace weir

#endif  // WEIR_PARSER_REQUEST_PARSER_H_
