// Weir's parser as the benchmarks measure it, in the shape that each measured parser has:
//
//   std::size_t ReadHead(std::string_view bytes)
//
// reads the head at the start of `bytes`, as a user of that parser would, and returns its length,
// or 0 if it is refused or not complete.

#ifndef WEIR_TESTS_BENCH_MEASURED_PARSERS_H_
#define WEIR_TESTS_BENCH_MEASURED_PARSERS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/parser/request_parser.h"
#include "weir/parser/simd/dispatch.h"

namespace weir {

inline constexpr std::uint32_t kBenchFields = 100;

// The defaults, but for a field long enough for the cookie of input e.
inline ParserLimits BenchLimits() {
  ParserLimits limits;
  limits.max_field_bytes = 16384;
  return limits;
}

// Weir's: all of it, the rules for Host and framing included.
class WeirParser {
 public:
  explicit WeirParser(ParserKernel kernel)
      : table_(kBenchFields), parser_(table_.data(), kBenchFields) {
    UseKernel(kernel);
  }

  std::size_t ReadHead(std::string_view bytes) {
    parser_.Reset();
    return parser_.Parse(bytes, limits_) == ParseStatus::kComplete ? parser_.head_bytes() : 0;
  }

  // The same, a byte more at each call.
  std::size_t ReadByteByByte(std::string_view bytes) {
    parser_.Reset();
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      if (parser_.Parse(bytes.substr(0, size), limits_) != ParseStatus::kIncomplete) return 0;
    }
    return parser_.Parse(bytes, limits_) == ParseStatus::kComplete ? parser_.head_bytes() : 0;
  }

 private:
  const ParserLimits limits_ = BenchLimits();
  std::vector<FieldRef> table_;
  RequestParser parser_;
};

// A kernel alone. On a head without known fields it does what Weir's parser does but for Host,
// framing, and whatever else is decided from values.
class WeirKernel {
 public:
  explicit WeirKernel(ParserKernel kernel) : table_(kBenchFields) { UseKernel(kernel); }

  std::size_t ReadHead(std::string_view bytes) {
    internal::HeadState state = {};
    const internal::HeadInput input = {bytes.data(), bytes.size(), &limits_, table_.data(),
                                       kBenchFields};
    const internal::HeadStatus status = internal::ParseHead(&state, input);
    return status == internal::HeadStatus::kComplete ? state.head_end : 0;
  }

 private:
  const ParserLimits limits_ = BenchLimits();
  std::vector<FieldRef> table_;
};

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_MEASURED_PARSERS_H_
