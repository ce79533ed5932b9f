#include "weir/control/weirctl/help.h"

#include <string>
#include <string_view>

#include "weir/control/weirctl/commands.h"
#include "weir/control/weirctl/default_endpoint.h"
#include "weir/control/weirctl/exit_status.h"
#include "weir/control/weirctl/options.h"
#include "weir/control/weirctl/top/keys.h"
#include "weir/reactor/version.h"

namespace weir {
namespace {

constexpr std::string_view kPurpose = "adjusts and watches a Weir server while it serves";
constexpr std::string_view kUnits =
    "Values take units: 16KiB, 1MiB for bytes; 500ms, 10s, 1m for times.";
constexpr std::size_t kCommandColumn = 40;
constexpr std::size_t kOptionColumn = 24;
constexpr std::size_t kWidth = 100;

// `left` in a column of its own, and `text` beside it, broken between words.
void PrintEntry(const std::string& left, std::string_view text, std::size_t column,
                std::ostream& out) {
  std::string line = "  " + left;
  if (line.size() + 2 > column) {
    out << line << "\n";
    line.clear();
  }
  line.resize(column, ' ');
  while (column + text.size() > kWidth) {
    const std::size_t space = text.rfind(' ', kWidth - column);
    if (space == std::string_view::npos) break;
    out << line << text.substr(0, space) << "\n";
    text.remove_prefix(space + 1);
    line.assign(column, ' ');
  }
  out << line << text << "\n";
}

std::string Synopsis(const CommandSpec& command) {
  std::string text(command.name);
  if (!command.arguments.empty()) text += " " + std::string(command.arguments);
  return text;
}

std::string Synopsis(const OptionSpec& option) {
  std::string text(option.name);
  if (!option.value.empty()) text += "=" + std::string(option.value);
  return text;
}

// For groff: no line may begin with a dot or a quote, and a minus is not a hyphen.
std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '-') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void PrintManualEntry(const std::string& left, std::string_view text, std::ostream& out) {
  out << ".TP\n\\fB" << Escape(left) << "\\fR\n" << Escape(text) << "\n";
}

}  // namespace

void PrintHelp(std::ostream& out) {
  out << "weirctl - " << kPurpose << "\n\n";
  for (const CommandSpec& command : CommandSpecs()) {
    PrintEntry("weirctl " + Synopsis(command), command.text, kCommandColumn, out);
  }
  out << "\nOptions:\n";
  for (const OptionSpec& option : OptionSpecs()) {
    PrintEntry(Synopsis(option), option.text, kOptionColumn, out);
  }
  out << "\nThe default target is " << DefaultEndpoint() << ".\n" << kUnits << "\n";
  out << "\nExit status:\n";
  for (const ExitStatusSpec& status : kExitStatuses) {
    PrintEntry(std::to_string(status.value), status.text, 5, out);
  }
}

void PrintManual(std::ostream& out) {
  out << ".TH WEIRCTL 1 \"\" \"Weir " << kVersion << "\"\n.SH NAME\nweirctl \\- " << kPurpose
      << "\n.SH SYNOPSIS\n.B weirctl\n.RI [ OPTION ...]\n.I COMMAND\n.RI [ ARGUMENT ...]\n"
      << ".SH COMMANDS\n";
  for (const CommandSpec& command : CommandSpecs()) {
    PrintManualEntry(Synopsis(command), command.text, out);
  }
  out << ".SH OPTIONS\n" << Escape(kUnits) << "\n";
  for (const OptionSpec& option : OptionSpecs()) {
    PrintManualEntry(Synopsis(option), option.text, out);
  }
  out << ".SH \"KEYS OF TOP\"\n";
  for (const TopKey& key : kTopKeys) {
    PrintManualEntry(std::string(key.name), std::string(key.effect) + "; " + std::string(key.text),
                     out);
  }
  out << ".SH \"EXIT STATUS\"\n";
  for (const ExitStatusSpec& status : kExitStatuses) {
    PrintManualEntry(std::to_string(status.value), status.text, out);
  }
  out << ".SH ENVIRONMENT\n";
  PrintManualEntry("WEIR_TARGET", "the target where --target is not given", out);
  PrintManualEntry("WEIR_CONTEXTS", "the file of names that --context takes", out);
  out << ".SH \"SEE ALSO\"\n.BR ss (8)\n";
}

void PrintCommandNames(std::ostream& out) {
  std::string_view separator;
  for (const CommandSpec& command : CommandSpecs()) {
    out << separator << command.name;
    separator = ", ";
  }
}

}  // namespace weir
