#include "weir/control/weirctl/nearest.h"

#include <algorithm>
#include <utility>

#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr std::size_t kLeftOut = 1;   // a letter of the name that was not typed
constexpr std::size_t kSurplus = 3;   // a letter typed that the name does not have
constexpr std::size_t kReplaced = 3;  // one letter for another
constexpr std::size_t kSwapped = 1;   // two letters in the wrong order
constexpr std::size_t kAboutAsNear = 2;
constexpr std::size_t kMaxNames = 3;

}  // namespace

// Wagner and Fischer's algorithm with weights; `row[i]` is for the first i letters typed.
std::size_t TypingDistance(std::string_view typed, std::string_view name) {
  using Row = std::vector<std::size_t>;
  Row row(typed.size() + 1);
  Row above(row.size());      // the row of the letter before
  Row two_above(row.size());  // and of that before it
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i * kSurplus;
  for (std::size_t n = 0; n < name.size(); ++n) {
    two_above.swap(above);
    above.swap(row);
    row[0] = above[0] + kLeftOut;
    for (std::size_t i = 1; i < row.size(); ++i) {
      const std::size_t replaced = above[i - 1] + (typed[i - 1] == name[n] ? 0 : kReplaced);
      row[i] = std::min({replaced, above[i] + kLeftOut, row[i - 1] + kSurplus});
      if (i > 1 && n > 0 && typed[i - 1] == name[n - 1] && typed[i - 2] == name[n]) {
        row[i] = std::min(row[i], two_above[i - 2] + kSwapped);
      }
    }
  }
  return row.back();
}

std::vector<std::string> NearestLimits(std::string_view typed) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const LimitSpec& spec : LimitSpecs()) {
    ranked.emplace_back(TypingDistance(typed, spec.name), spec.name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (const auto& [distance, name] : ranked) {
    if (names.size() == kMaxNames || distance > ranked[0].first + kAboutAsNear) break;
    names.push_back(name);
  }
  return names;
}

}  // namespace weir
