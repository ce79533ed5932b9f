#include "weir/tests/bench/server/limit_flags.h"

#include <cstdint>
#include <iostream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

bool SetLimit(const std::string& assignment, Limits* limits) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(assignment, absl::MaxSplits('=', 1));
  const LimitSpec* const spec = FindLimitSpec(parts.first);
  std::uint64_t value = 0;
  if (spec == nullptr || !absl::SimpleAtoi(parts.second, &value)) return false;
  limits->*spec->member = value;
  return true;
}

}  // namespace

bool SetLimits(const std::vector<std::string>& assignments, Limits* limits) {
  for (const std::string& assignment : assignments) {
    if (SetLimit(assignment, limits)) continue;
    std::cerr << "--limits: \"" << assignment << "\" is not LIMIT=NUMBER\n";
    return false;
  }
  return true;
}

}  // namespace weir
