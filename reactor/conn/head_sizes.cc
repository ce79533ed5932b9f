#include "weir/reactor/conn/head_sizes.h"

#include <algorithm>
#include <cstddef>

namespace weir {
namespace {

constexpr std::uint64_t kCrlf = 2;

std::uint64_t& At(HeadSizes* sizes, Size size) noexcept {
  return (*sizes)[static_cast<std::size_t>(size)];
}

// Where the line of that field begins; of the one behind the last: where the empty line does.
const char* LineOf(const RequestHead& head, std::uint32_t index, std::string_view text) noexcept {
  if (index < head.fields.size()) return head.fields[index].name.data();
  return text.data() + text.size() - kCrlf;
}

}  // namespace

HeadSizes MeasureHead(const RequestHead& head, std::string_view text) noexcept {
  HeadSizes sizes{};
  At(&sizes, Size::kHead) = text.size();
  At(&sizes, Size::kFields) = head.fields.size();
  const char* line = LineOf(head, 0, text);
  At(&sizes, Size::kRequestLine) =
      static_cast<std::uint64_t>(line - head.method_text.data()) - kCrlf;
  std::uint64_t longest = 0;
  for (std::uint32_t i = 0; i < head.fields.size(); ++i) {
    const char* const next = LineOf(head, i + 1, text);
    const std::uint64_t length = static_cast<std::uint64_t>(next - line) - kCrlf;
    longest = std::max(longest, length);
    if (head.fields.id(i) == FieldId::kCookie) At(&sizes, Size::kCookie) += length;
    line = next;
  }
  At(&sizes, Size::kLongestField) = longest;
  return sizes;
}

void JudgeSizes(const HeadSizes& sizes, ShadowMeter* shadows) noexcept {
  const auto at = [&sizes](Size size) { return sizes[static_cast<std::size_t>(size)]; };
  shadows->Judge(ShadowOf::kRequestLineBytes, at(Size::kRequestLine));
  shadows->Judge(ShadowOf::kFieldBytes, at(Size::kLongestField));
  shadows->Judge(ShadowOf::kHeadBytes, at(Size::kHead));
  shadows->Judge(ShadowOf::kFields, at(Size::kFields));
}

void CountSizes(const HeadSizes& sizes, ReactorCounters* counters) noexcept {
  for (std::size_t i = 0; i < kSizeCount; ++i) {
    const auto size = static_cast<Size>(i);
    if (size == Size::kCookie && sizes[i] == 0) continue;
    (*counters)[size].Add(sizes[i]);
  }
}

}  // namespace weir
