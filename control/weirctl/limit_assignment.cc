#include "weir/control/weirctl/limit_assignment.h"

#include <optional>
#include <ostream>

#include "absl/strings/str_join.h"
#include "weir/control/weirctl/command_line.h"
#include "weir/control/weirctl/exit_status.h"
#include "weir/control/weirctl/nearest.h"

namespace weir {
namespace {

std::optional<std::uint64_t> ParseValue(const LimitSpec& spec, const std::string& text) {
  if (spec.unit == "bytes") return ParseBytes(text);
  if (spec.unit == "ms") return ParseMs(text);
  return ParseLimit(spec, text);
}

const char* UnitsOf(const LimitSpec& spec) {
  if (spec.unit == "bytes") return ", also as 16KiB or 1MiB";
  return spec.unit == "ms" ? ", also as 10s or 1m" : "";
}

}  // namespace

void SayUnknownLimit(const std::string& name, std::ostream& err) {
  err << "weirctl: \"" << name << "\" is not a limit; did you mean "
      << absl::StrJoin(NearestLimits(name), " or ") << "? \"weirctl limits get\" lists all\n";
}

int ReadAssignment(const std::string& text, std::ostream& err, LimitAssignment* assignment) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    err << "weirctl: write \"" << text << "\" as name=value\n";
    return kExitUsage;
  }
  const LimitSpec* const spec = FindLimitSpec(text.substr(0, equals));
  if (spec == nullptr) {
    SayUnknownLimit(text.substr(0, equals), err);
    return kExitUsage;
  }
  const std::string value_text = text.substr(equals + 1);
  const auto value = ParseValue(*spec, value_text);
  if (!value) {
    err << "weirctl: " << spec->name << "=" << value_text << " is no value of it; allowed are "
        << LimitRange(*spec) << UnitsOf(*spec) << "\n";
    return kExitRefused;
  }
  *assignment = {spec, *value};
  return kExitOk;
}

int FindPreset(const std::string& name, std::ostream& err, const LimitPreset** preset) {
  *preset = FindLimitPreset(name);
  if (*preset != nullptr) return kExitOk;
  err << "weirctl: \"" << name << "\" is not a preset; presets are " << LimitPresetNames()
      << ", and \"weirctl limits presets\" shows them\n";
  return kExitUsage;
}

}  // namespace weir
