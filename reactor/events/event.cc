#include "weir/reactor/events/event.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

struct KindRow {
  std::string_view name;
  EventSeverity severity;
};

// In the order of EventKind.
constexpr KindRow kKinds[] = {
    {"queue_over_half", EventSeverity::kWarning},   {"queue_under_half", EventSeverity::kInfo},
    {"overflow_began", EventSeverity::kError},      {"overflow_ended", EventSeverity::kInfo},
    {"backlog_capped", EventSeverity::kWarning},    {"reactor_stalled", EventSeverity::kWarning},
    {"reactor_recovered", EventSeverity::kInfo},    {"accept_paused", EventSeverity::kError},
    {"accept_resumed", EventSeverity::kInfo},       {"events_suppressed", EventSeverity::kWarning},
    {"descriptors_low", EventSeverity::kWarning},   {"descriptors_enough", EventSeverity::kInfo},
    {"syn_cookies_began", EventSeverity::kWarning}, {"syn_cookies_ended", EventSeverity::kInfo},
    {"limits_changed", EventSeverity::kInfo},       {"drain_began", EventSeverity::kInfo},
    {"drain_ended", EventSeverity::kInfo},          {"proxy_refused", EventSeverity::kError},
    {"limit_near", EventSeverity::kWarning},        {"limit_near_ended", EventSeverity::kInfo},
    {"backlog_raisable", EventSeverity::kInfo},     {"call_denied", EventSeverity::kWarning},
    {"drops_began", EventSeverity::kError},         {"drops_ended", EventSeverity::kInfo},
};
static_assert(std::size(kKinds) == kEventKindCount, "every kind has a row");

constexpr std::string_view kSeverities[] = {"info", "warning", "error"};

std::string UtcTime(std::int64_t wall_seconds) {
  const time_t seconds = wall_seconds;
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32] = {};
  (void)::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

// One line whatever is in it: texts have reasons that callers gave.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppend(&quoted, "\\x", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace

std::string_view Name(EventKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

std::string_view Name(EventSeverity severity) noexcept {
  return kSeverities[static_cast<std::size_t>(severity)];
}

EventSeverity SeverityOf(EventKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)].severity;
}

std::uint64_t Event::Number(std::string_view name) const noexcept {
  const auto found = std::find_if(numbers.begin(), numbers.end(),
                                  [name](const auto& number) { return number.first == name; });
  return found == numbers.end() ? 0 : found->second;
}

std::string ToLine(const Event& event) {
  std::string line =
      absl::StrCat(UtcTime(event.wall_seconds), " weir ", std::string(Name(SeverityOf(event.kind))),
                   " ", std::string(Name(event.kind)), " sequence=", event.sequence);
  if (event.reactor != Event::kWholeServer) absl::StrAppend(&line, " reactor=", event.reactor);
  if (!event.listener.empty()) {
    const bool spaced = event.listener.find(' ') != std::string::npos;  // the path of a Unix socket
    absl::StrAppend(&line, " listener=", spaced ? Quoted(event.listener) : event.listener);
  }
  for (const auto& [name, value] : event.numbers) {
    absl::StrAppend(&line, " ", std::string(name), "=", value);
  }
  if (event.suppressed != 0) absl::StrAppend(&line, " suppressed=", event.suppressed);
  absl::StrAppend(&line, " text=", Quoted(event.text));
  if (!event.fix.empty()) absl::StrAppend(&line, " fix=", Quoted(event.fix));
  return line;
}

}  // namespace weir
