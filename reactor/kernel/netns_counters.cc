#include "weir/reactor/kernel/netns_counters.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <utility>

namespace weir {
namespace {

constexpr std::string_view kGroup = "TcpExt:";

// Takes the next word off `line`; empty at its end.
std::string_view TakeWord(std::string_view* line) {
  const std::size_t begin = line->find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::exchange(*line, {});
  const std::size_t end = std::min(line->find(' ', begin), line->size());
  const std::string_view word = line->substr(begin, end - begin);
  line->remove_prefix(end);
  return word;
}

void Store(std::string_view name, std::string_view value, NetnsCounters* counters) {
  for (std::size_t i = 0; i < kNetnsCounterCount; ++i) {
    if (Name(static_cast<NetnsCounter>(i)) != name) continue;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) (*counters)[i] = number;
  }
}

}  // namespace

// Each group has a line of names and, below it, one of values (netstat_seq_show).
NetnsCounters ReadNetnsCounters(const std::string& proc) {
  NetnsCounters counters;
  std::ifstream in(proc + "/thread-self/net/netstat");
  std::string names;
  std::string values;
  while (std::getline(in, names) && std::getline(in, values)) {
    std::string_view name_line = names;
    std::string_view value_line = values;
    if (TakeWord(&name_line) != kGroup || TakeWord(&value_line) != kGroup) continue;
    for (;;) {
      const std::string_view name = TakeWord(&name_line);
      const std::string_view value = TakeWord(&value_line);
      if (name.empty() || value.empty()) break;
      Store(name, value, &counters);
    }
  }
  return counters;
}

NetnsCounters Since(const NetnsCounters& before, const NetnsCounters& now) {
  NetnsCounters moved;
  for (std::size_t i = 0; i < kNetnsCounterCount; ++i) {
    if (!before[i] || !now[i]) continue;
    moved[i] = *now[i] > *before[i] ? *now[i] - *before[i] : 0;
  }
  return moved;
}

}  // namespace weir
