// One parse of one head, to be compared with another of the same bytes.

#ifndef WEIR_TESTS_FUZZ_HEAD_RUN_H_
#define WEIR_TESTS_FUZZ_HEAD_RUN_H_

#include <cstddef>
#include <cstring>
#include <string_view>

#include "weir/parser/request_parser.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {

// A parser with its field table.
struct HeadRun {
  static constexpr std::uint32_t kCapacity = 100;

  FieldRef table[kCapacity];
  RequestParser parser{table, kCapacity};
  ParseStatus status = ParseStatus::kIncomplete;
  const char* base = nullptr;  // of the bytes of the last call

  // Goes on with `bytes`, which begin with those of the call before, unless the head has ended.
  void Parse(std::string_view bytes, const ParserLimits& limits) {
    if (status != ParseStatus::kIncomplete) return;
    base = bytes.data();
    status = parser.Parse(bytes, limits);
  }
};

// Two views, each with the start of the bytes that it is of.
inline bool SameView(std::string_view a, const char* a_base, std::string_view b,
                     const char* b_base) {
  return a.size() == b.size() && (a.empty() || a.data() - a_base == b.data() - b_base);
}

inline void CheckSameTarget(const HeadRun& a, const HeadRun& b) {
  const RequestTarget& x = a.parser.head().target;
  const RequestTarget& y = b.parser.head().target;
  WEIR_FUZZ_CHECK(x.form == y.form);
  WEIR_FUZZ_CHECK(x.has_query == y.has_query);
  WEIR_FUZZ_CHECK(SameView(x.text, a.base, y.text, b.base));
  WEIR_FUZZ_CHECK(SameView(x.scheme, a.base, y.scheme, b.base));
  WEIR_FUZZ_CHECK(SameView(x.authority, a.base, y.authority, b.base));
  WEIR_FUZZ_CHECK(SameView(x.path, a.base, y.path, b.base));
  WEIR_FUZZ_CHECK(SameView(x.query, a.base, y.query, b.base));
}

// Everything public is the same. REQUIRES: what was parsed last still stands, for both.
inline void CheckSame(const HeadRun& a, const HeadRun& b) {
  WEIR_FUZZ_CHECK(a.status == b.status);
  WEIR_FUZZ_CHECK(a.parser.error() == b.parser.error());
  WEIR_FUZZ_CHECK(a.parser.error_offset() == b.parser.error_offset());
  const std::uint32_t fields = a.parser.field_count();
  WEIR_FUZZ_CHECK(fields == b.parser.field_count());
  WEIR_FUZZ_CHECK(std::memcmp(a.table, b.table, fields * sizeof(FieldRef)) == 0);
  if (a.status != ParseStatus::kComplete) return;
  const RequestHead& x = a.parser.head();
  const RequestHead& y = b.parser.head();
  WEIR_FUZZ_CHECK(a.parser.head_bytes() == b.parser.head_bytes());
  WEIR_FUZZ_CHECK(x.fields.size() == fields && y.fields.size() == fields);
  WEIR_FUZZ_CHECK(x.method == y.method);
  WEIR_FUZZ_CHECK(SameView(x.method_text, a.base, y.method_text, b.base));
  CheckSameTarget(a, b);
  WEIR_FUZZ_CHECK(x.minor_version == y.minor_version);
  WEIR_FUZZ_CHECK(x.framing.kind == y.framing.kind);
  WEIR_FUZZ_CHECK(x.framing.content_length == y.framing.content_length);
  WEIR_FUZZ_CHECK(x.keep_alive == y.keep_alive);
  WEIR_FUZZ_CHECK(x.expect_continue == y.expect_continue);
  WEIR_FUZZ_CHECK(x.upgrade == y.upgrade);
}

}  // namespace weir

#endif  // WEIR_TESTS_FUZZ_HEAD_RUN_H_
