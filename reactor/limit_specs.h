// The table of limits: one row per field of struct Limits.

#ifndef WEIR_REACTOR_LIMIT_SPECS_H_
#define WEIR_REACTOR_LIMIT_SPECS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "weir/reactor/limits.h"

namespace weir {

// When a changed value is first used. The reactors see a change at their next tick.
enum class LimitApplies : std::uint8_t {
  kAtOnce,          // also to what is under way: the listener, a head or body being read
  kNextConnection,  // to connections accepted from then on
  kNextRequest,     // to requests whose first byte comes from then on
  kNextTimer,       // to waiting that begins from then on
};

std::string_view Describe(LimitApplies applies) noexcept;

struct LimitSpec {
  std::string_view name;  // as in struct Limits, the .proto file and weirctl
  std::string_view unit;  // "bytes", "ms", "connections", "requests", "fields", "choice"
  std::uint64_t min;      // smallest value accepted
  std::uint64_t max;      // largest value accepted
  std::uint64_t default_value;
  LimitApplies applies;
  std::string_view answer;   // what a client sees at the limit: "431 and close"
  std::string_view counter;  // the statistic that counts it: "parse_errors.head_too_large"
  std::string_view text;     // what it limits, in a sentence
  std::uint64_t Limits::*member;
  // Of a limit that is a choice: the names of its values, from 0 to `max`. Null: a number.
  const std::string_view* names = nullptr;
  // Whether one listener can have a value of its own (LayerValue::listener).
  bool per_listener = false;
};

// "4096", or "reset" where values have names.
std::string FormatLimit(const LimitSpec& spec, std::uint64_t value);
// A number in the unit of `spec`, or the name of a value. None if it is neither; the range is not
// checked.
std::optional<std::uint64_t> ParseLimit(const LimitSpec& spec, std::string_view text);
// What is allowed: "1 to 65536 connections", or "respond_503, reset or queue".
std::string LimitRange(const LimitSpec& spec);
// "max_fields = 0 is out of range: 1 to 65536 fields"; "" if the value is in the range.
std::string LimitFault(const LimitSpec& spec, std::uint64_t value);
// "listen_backlog, accept_budget_per_tick, ...": those that one listener can have for itself.
std::string PerListenerNames();

// A view of a static array: iterate with a range-based for. Order as in struct Limits.
class LimitSpecs {
 public:
  const LimitSpec* begin() const noexcept;
  const LimitSpec* end() const noexcept;
  std::size_t size() const noexcept { return static_cast<std::size_t>(end() - begin()); }
};

// The row of that name, or null. Any thread.
const LimitSpec* FindLimitSpec(std::string_view name) noexcept;

// INVALID_ARGUMENT names every value that is out of its range, with the range; OK otherwise.
absl::Status CheckLimits(const Limits& limits);

}  // namespace weir

#endif  // WEIR_REACTOR_LIMIT_SPECS_H_
