// Why a request was refused: every reason that the parser can give, in one table.

#ifndef WEIR_PARSER_PARSE_ERROR_H_
#define WEIR_PARSER_PARSE_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// The kinds of refusal. The values are dense from 0, so arrays of counters are indexed by them;
// they are not stable between releases: exchange names (ParseErrorInfo::name) across processes.
enum class ParseError : std::uint8_t {
  kNone = 0,

  // Request line (RFC 9112 sections 2.2, 2.3, 3).
  kMethodInvalid,
  kMethodTooLong,
  kRequestLineWhitespace,
  kTargetInvalidChar,
  kTargetFragment,
  kTargetForm,
  kTargetAuthorityInvalid,
  kHostMismatch,
  kTargetTooLong,
  kVersionMissing,
  kVersionMalformed,
  kVersionUnsupported,
  kTlsOnPlaintext,
  kLeadingCrlf,
  kBareLf,
  kBareCr,

  // Fields (RFC 9112 section 5, RFC 9110 section 5).
  kSpaceBeforeColon,
  kObsFold,
  kFieldNoColon,
  kFieldNameEmpty,
  kFieldNameInvalid,
  kFieldValueInvalid,
  kFieldTooLong,
  kHeadTooLarge,
  kTooManyFields,
  kHostMissing,
  kHostDuplicate,
  kHostInvalid,
  kExpectationUnsupported,

  // Framing (RFC 9112 section 6, RFC 9110 section 8.6).
  kContentLengthInvalid,
  kContentLengthOverflow,
  kContentLengthRepeated,
  kTransferEncodingAndContentLength,
  kTransferEncodingInHttp10,
  kTransferEncodingInvalid,
  kChunkedRepeated,
  kChunkedNotFinal,
  kTransferCodingUnsupported,
  kBodyTooLarge,

  // Chunks and trailers (RFC 9112 section 7.1).
  kChunkSizeInvalid,
  kChunkSizeOverflow,
  kChunkExtensionInvalid,
  kChunkExtensionTooLong,
  kChunkDataNoCrlf,
  kChunkOverhead,
  kTrailerSpaceBeforeColon,
  kTrailerObsFold,
  kTrailerNoColon,
  kTrailerNameEmpty,
  kTrailerNameInvalid,
  kTrailerValueInvalid,
  kTrailerTooLong,
  kTrailersTooLarge,
  kTooManyTrailers,
  kTrailerForbidden,
};

// How many kinds there are, kNone included: the size of an array indexed by ParseError.
inline constexpr std::size_t kParseErrorCount =
    static_cast<std::size_t>(ParseError::kTrailerForbidden) + 1;

// One row of the table. All views have static storage duration.
struct ParseErrorInfo {
  std::string_view name;     // snake_case: "host_missing"
  std::uint16_t status;      // the HTTP status of the answer, 400-599; 0 for kNone
  std::string_view section;  // where the rule stands: "RFC 9112 section 3.2"
  std::string_view text;     // one sentence that a person can act on
};

// The row of `error`. Any thread; never fails (a value outside the enum gives kNone's row).
const ParseErrorInfo& Describe(ParseError error) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_PARSE_ERROR_H_
