// What RequestParser keeps between two calls. Not for users: request_parser.h is the interface.

#ifndef WEIR_PARSER_HEAD_STATE_H_
#define WEIR_PARSER_HEAD_STATE_H_

#include <cstddef>
#include <cstdint>

#include "weir/parser/header_fields.h"
#include "weir/parser/parse_error.h"
#include "weir/parser/parser_limits.h"

namespace weir::internal {

enum class HeadPhase : std::uint8_t {
  kStart,
  kMethod,
  kTarget,
  kVersion,
  kFieldName,
  kFieldValue,
  kDone,
  kFailed,
};

// Fields whose values the parser itself must understand.
enum KnownField : std::uint8_t {
  kHost,
  kContentLength,
  kTransferEncoding,
  kConnection,
  kExpect,
  kUpgrade,
  kKnownFieldCount,
};

// What must be zero at the start of a head: one store's worth, which lies in one cache line.
struct alignas(16) HeadProgress {
  HeadPhase phase;
  ParseError error;
  std::uint8_t minor_version;
  std::uint8_t present;   // bit i: known field i is there
  std::uint8_t repeated;  // bit i: and in more than one line
  bool plain_host;        // the first Host field is plainly valid for an origin-form target
  std::uint32_t field_count;
  std::uint32_t request_line_start;
};

// All positions are offsets into the buffer. Any kernel can go on from where another stopped. What
// follows HeadProgress is set before it is read.
struct HeadState : HeadProgress {
  std::uint32_t line_start;  // of the line being read
  std::uint32_t name_end;    // of the field being read, in kFieldValue
  std::uint32_t scan;        // bytes before it are known to be good
  std::uint32_t method_end;  // the target starts one byte later
  std::uint32_t target_end;
  std::uint32_t question;  // of the target's first '?'; 0 if none
  std::uint32_t head_end;
  std::uint32_t error_offset;
  std::uint32_t known[kKnownFieldCount];  // the index of the first such field, if it is present
};

struct HeadInput {
  const char* data;
  std::size_t size;  // at most max_head_bytes
  const ParserLimits* limits;
  FieldRef* fields;
  std::uint32_t max_fields;
};

enum class HeadStatus : std::uint8_t {
  kIncomplete,
  kComplete,
  kError,
  kCheckTarget,  // the request line is complete, its target no plain path: check it, call again
};

}  // namespace weir::internal

#endif  // WEIR_PARSER_HEAD_STATE_H_
