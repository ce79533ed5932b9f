#include "weir/control/weirctl/command_line.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/default_endpoint.h"

namespace weir {
namespace {

struct Unit {
  const char* suffix;
  std::uint64_t factor;
};

std::optional<std::uint64_t> ParseWithUnit(const std::string& text,
                                           const std::vector<Unit>& units) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  const std::string suffix = digits == std::string::npos ? "" : text.substr(digits);
  const auto number = ParseNumber(text.substr(0, digits));
  if (!number) return {};
  for (const Unit& unit : units) {
    if (suffix != unit.suffix) continue;
    if (*number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return {};
    return *number * unit.factor;
  }
  return {};
}

std::string DefaultTarget() {
  const char* const set = std::getenv("WEIR_TARGET");
  return set != nullptr && *set != '\0' ? set : DefaultEndpoint();
}

absl::Status Wrong(const std::string& option, const std::string& value, const char* expected) {
  return absl::InvalidArgumentError(absl::StrCat(option, "=", value, " is not ", expected));
}

absl::Status SetMs(const std::string& option, const std::string& value, std::uint64_t* ms) {
  const auto parsed = ParseMs(value);
  if (!parsed || *parsed == 0) return Wrong(option, value, "a time such as 500ms, 10s or 1m");
  *ms = *parsed;
  return absl::OkStatus();
}

absl::Status SetFlag(const std::string& option, CommandLine* line) {
  const std::pair<const char*, bool*> flags[] = {{"--json", &line->json},
                                                 {"--help", &line->help},
                                                 {"-h", &line->help},
                                                 {"--version", &line->version},
                                                 {"--validate-only", &line->validate_only},
                                                 {"--live", &line->live},
                                                 {"--show-values", &line->show_values}};
  for (const auto& [name, flag] : flags) {
    if (option != name) continue;
    *flag = true;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown option ", option, "; \"weirctl --help\" lists them"));
}

absl::Status SetValue(const std::string& option, const std::string& value, CommandLine* line) {
  if (option == "--timeout") return SetMs(option, value, &line->timeout_ms);
  if (option == "--interval") return SetMs(option, value, &line->interval_ms);
  if (option == "--count") {
    const auto count = ParseNumber(value);
    if (!count) return Wrong(option, value, "a number");
    line->count = *count;
    return absl::OkStatus();
  }
  const std::pair<const char*, std::string*> texts[] = {
      {"--target", &line->target}, {"--etag", &line->etag}, {"--preset", &line->preset}};
  for (const auto& [name, text] : texts) {
    if (option == name) *text = value;
  }
  return absl::OkStatus();
}

bool TakesValue(const std::string& option) {
  return option == "--target" || option == "--etag" || option == "--timeout" ||
         option == "--interval" || option == "--count" || option == "--preset";
}

}  // namespace

std::optional<std::uint64_t> ParseNumber(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::optional<std::uint64_t> ParseMs(const std::string& text) {
  return ParseWithUnit(text, {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}});
}

std::optional<std::uint64_t> ParseBytes(const std::string& text) {
  constexpr std::uint64_t kKiB = 1024;
  return ParseWithUnit(
      text, {{"", 1}, {"B", 1}, {"KiB", kKiB}, {"MiB", kKiB * kKiB}, {"GiB", kKiB * kKiB * kKiB}});
}

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  line.target = DefaultTarget();
  bool options = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!options || argument.size() < 2 || argument[0] != '-') {
      line.words.push_back(argument);
      continue;
    }
    if (argument == "--") {
      options = false;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string option = argument.substr(0, equals);
    absl::Status status;
    if (!TakesValue(option)) {
      status = SetFlag(argument, &line);
    } else if (equals != std::string::npos) {
      status = SetValue(option, argument.substr(equals + 1), &line);
    } else if (i + 1 < arguments.size()) {
      status = SetValue(option, arguments[++i], &line);
    } else {
      status = absl::InvalidArgumentError(absl::StrCat(option, " needs a value"));
    }
    if (!status.ok()) return status;
  }
  return line;
}

}  // namespace weir
