// For fuzz targets.

#ifndef WEIR_TESTS_FUZZ_FUZZ_CHECK_H_
#define WEIR_TESTS_FUZZ_FUZZ_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "weir/parser/parser_limits.h"

// Ends the program, as a finding, unless `condition` holds.
#define WEIR_FUZZ_CHECK(condition)                                         \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

namespace weir {

// Takes the first bytes of an input as choices, and leaves the rest.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t TakeByte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  // The usual limits for an even byte, small ones made of the byte for an odd one.
  ParserLimits TakeLimits() {
    ParserLimits limits;
    const std::uint32_t choice = TakeByte();
    if (choice % 2 == 0) return limits;
    limits.max_request_line_bytes = 16 + choice;
    limits.max_field_bytes = 8 + choice / 2;
    limits.max_head_bytes = 40 + 2 * choice;
    limits.max_fields = choice % 16;
    limits.max_body_bytes = choice;
    limits.max_chunk_extension_bytes = choice / 8;
    limits.max_chunk_extensions_bytes_per_body = choice / 4;
    limits.max_chunk_overhead_bytes = choice;
    return limits;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// A copy of some bytes in memory of just their size, so that AddressSanitizer sees each byte over.
class ExactCopy {
 public:
  explicit ExactCopy(std::string_view bytes) : data_(new char[bytes.size()]), size_(bytes.size()) {
    bytes.copy(data_.get(), size_);
  }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_;
};

}  // namespace weir

#endif  // WEIR_TESTS_FUZZ_FUZZ_CHECK_H_
