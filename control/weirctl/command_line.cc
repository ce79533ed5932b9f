#include "weir/control/weirctl/command_line.h"

#include <charconv>
#include <cstdlib>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/default_endpoint.h"
#include "weir/control/weirctl/options.h"

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

// Notes the option at *i, and its value, which may be the argument after it.
absl::Status ReadOption(const std::vector<std::string>& arguments, std::size_t* i,
                        CommandLine* line) {
  const std::string& argument = arguments[*i];
  const std::size_t equals = argument.find('=');
  const std::string name = argument.substr(0, equals);
  const OptionSpec* const option = FindOption(name);
  if (option == nullptr || (option->value.empty() && equals != std::string::npos)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown option ", argument, "; \"weirctl --help\" lists them"));
  }
  if (option->value.empty()) return option->set("", line);
  if (equals != std::string::npos) return option->set(argument.substr(equals + 1), line);
  if (*i + 1 == arguments.size()) {
    return absl::InvalidArgumentError(absl::StrCat(name, " needs a value"));
  }
  return option->set(arguments[++*i], line);
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
    if (absl::Status status = ReadOption(arguments, &i, &line); !status.ok()) return status;
  }
  return line;
}

}  // namespace weir
