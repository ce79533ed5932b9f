#include "weir/reactor/refusals/near_limits.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/reactor/refusals/limit_advice.h"

namespace weir {
namespace {

struct Bound {
  Size size;
  std::string_view limit;
  const char* what;
};
constexpr Bound kBounds[] = {
    {Size::kHead, "max_head_bytes", "heads"},
    {Size::kRequestLine, "max_request_line_bytes", "request lines"},
    {Size::kLongestField, "max_field_bytes", "the longest fields"},
    {Size::kFields, "max_fields", "the numbers of fields"},
};
constexpr std::uint64_t kPermille = 999;

const SizeCounts& At(const SizesOfHeads& sizes, Size size) noexcept {
  return sizes[static_cast<std::size_t>(size)];
}

// What the limit comes to: no line can be longer than its head.
std::uint64_t Acts(const Bound& bound, const LimitSpec& limit, const Limits& limits) noexcept {
  const std::uint64_t value = limits.*limit.member;
  return bound.size == Size::kFields ? value : std::min(value, limits.max_head_bytes);
}

// No larger than the limit where only the width of the bucket makes it so.
std::uint64_t Held(std::uint64_t size, std::uint64_t limit) noexcept {
  return SizeBuckets::Index(size) == SizeBuckets::Index(limit) ? std::min(size, limit) : size;
}

std::string Fix(const NearLimit& near, const Limits& limits) {
  const std::uint64_t value = SuggestValue(*near.limit, near.value, near.size);
  if (value == 0) return "let clients send less: the limit can't be raised";
  std::string fix = absl::StrCat("weirctl limits set ", std::string(near.limit->name), "=", value);
  const bool line =
      near.limit->member != &Limits::max_fields && near.limit->member != &Limits::max_head_bytes;
  if (line && value >= limits.max_head_bytes) {
    const LimitSpec& head = *FindLimitSpec("max_head_bytes");
    absl::StrAppend(&fix, " max_head_bytes=", SuggestValue(head, value, value));
  }
  return fix;
}

// Cookies grow with what the service itself sets.
bool CookiesMakeUp(const SizesOfHeads& sizes, std::uint64_t longest) noexcept {
  return At(sizes, Size::kCookie).AtMost(kPermille) >= longest / 4 * 3;
}

}  // namespace

SizesOfHeads SumOfSizes(const std::vector<ReactorStats>& reactors) noexcept {
  SizesOfHeads sum{};
  for (const ReactorStats& reactor : reactors) {
    for (std::size_t i = 0; i < kSizeCount; ++i) sum[i].Merge(reactor.sizes[i]);
  }
  return sum;
}

std::vector<NearLimit> FindNearLimits(const SizesOfHeads& sizes, const Limits& limits) {
  std::vector<NearLimit> found;
  for (const Bound& bound : kBounds) {
    const SizeCounts& counts = At(sizes, bound.size);
    NearLimit near;
    near.samples = counts.count();
    if (near.samples < kLeastSamplesOfSizes) continue;
    near.limit = FindLimitSpec(bound.limit);
    near.value = Acts(bound, *near.limit, limits);
    near.size = Held(counts.AtMost(kPermille), near.value);
    if (near.percent() < kNearPercent) continue;
    near.text = absl::StrCat("p99.9 of ", bound.what, " is at ", near.percent(), " % of ",
                             std::string(bound.limit), ": ", near.size, " of ", near.value, " ",
                             std::string(near.limit->unit), " in ", near.samples, " samples");
    near.fix = Fix(near, limits);
    if (bound.size == Size::kLongestField && CookiesMakeUp(sizes, near.size)) {
      absl::StrAppend(&near.text, "; cookies have ", At(sizes, Size::kCookie).AtMost(kPermille));
      absl::StrAppend(&near.fix, "; or have the service set fewer or smaller cookies");
    }
    found.push_back(std::move(near));
  }
  return found;
}

}  // namespace weir
