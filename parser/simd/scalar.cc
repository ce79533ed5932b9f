// The kernel for every CPU: one table look-up a byte.

#include "weir/parser/chars.h"
#include "weir/parser/simd/kernel.h"

namespace weir::internal {
namespace {

class Scanner {
 public:
  Scanner(const char* data, std::size_t size) : data_(data), size_(size) {}

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }

  std::size_t NotToken(std::size_t from) const {
    const char* const data = data_;
    const std::size_t size = size_;
    while (from < size && Is(kTokenChar, data[from])) ++from;
    return from;
  }

  std::size_t Control(std::size_t from) const {
    const char* const data = data_;
    const std::size_t size = size_;
    while (from < size && !Is(kControlChar, data[from])) ++from;
    return from;
  }

  std::size_t TargetEnd(std::size_t from, std::uint32_t* mark) const {
    for (; from < size_ && !Is(kTargetEndChar, data_[from]); ++from) {
      if (data_[from] == '?' && *mark == 0) *mark = static_cast<std::uint32_t>(from);
    }
    return from;
  }

 private:
  const char* data_;
  std::size_t size_;
};

#include "weir/parser/simd/field_names.inc"
#include "weir/parser/simd/head_parser.inc"

}  // namespace

HeadStatus ParseHeadScalar(HeadState* state, const HeadInput& input) {
  return HeadParser(state, input).Run();
}

}  // namespace weir::internal
