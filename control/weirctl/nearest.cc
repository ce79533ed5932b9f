#include "weir/control/weirctl/nearest.h"

#include <algorithm>
#include <utility>

#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr std::size_t kLeftOut = 1;   // a letter of the name that was not typed
constexpr std::size_t kSurplus = 3;   // a letter typed that the name does not have
constexpr std::size_t kReplaced = 3;  // one letter for another
constexpr std::size_t kAboutAsNear = 2;
constexpr std::size_t kMaxNames = 3;

}  // namespace

// Wagner and Fischer's algorithm with weights; `costs[i]` is for the first i letters typed.
std::size_t TypingDistance(std::string_view typed, std::string_view name) {
  std::vector<std::size_t> costs(typed.size() + 1);
  for (std::size_t i = 0; i < costs.size(); ++i) costs[i] = i * kSurplus;
  for (const char letter : name) {
    std::size_t diagonal = std::exchange(costs[0], costs[0] + kLeftOut);
    for (std::size_t i = 1; i < costs.size(); ++i) {
      const std::size_t replaced = diagonal + (typed[i - 1] == letter ? 0 : kReplaced);
      diagonal = costs[i];
      costs[i] = std::min({replaced, costs[i] + kLeftOut, costs[i - 1] + kSurplus});
    }
  }
  return costs.back();
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
