#include "weir/control/weirctl/weirctl.h"

#include <grpcpp/grpcpp.h>

#include <ostream>

#include "weir/control/weirctl/channel.h"
#include "weir/control/weirctl/commands.h"
#include "weir/control/weirctl/help.h"
#include "weir/control/weirctl/several_targets.h"
#include "weir/control/weirctl/targets.h"
#include "weir/reactor/version.h"

namespace weir {
namespace {

int Usage(const CommandLine& line, std::ostream& err) {
  err << "weirctl: ";
  for (const std::string& word : line.words) err << "\"" << word << "\" ";
  err << (line.words.empty() ? "no command was given" : "is no command") << "; commands are ";
  PrintCommandNames(err);
  err << "; see \"weirctl --help\"\n";
  return kExitUsage;
}

// Runs the command for one target.
int RunCommand(const CommandSpec& command, const CommandLine& line, std::istream& in,
               std::ostream& out, std::ostream& err) {
  const auto channel = ConnectTo(line);
  if (!channel.ok()) {
    err << "weirctl: " << channel.status().message() << "\n";
    return kExitUsage;
  }
  const auto stub = admin::v1::Admin::NewStub(*channel);
  const auto name_words = static_cast<std::ptrdiff_t>(WordsOf(command));
  return command.run({line, stub.get(), *channel, in, out, err},
                     {line.words.begin() + name_words, line.words.end()});
}

int RunForTargets(const CommandSpec& command, const CommandLine& line, std::istream& in,
                  std::ostream& out, std::ostream& err) {
  const auto lines = LinesForTargets(line);
  if (!lines.ok()) {
    err << "weirctl: " << lines.status().message() << "\n";
    return kExitUsage;
  }
  if (lines->size() == 1) return RunCommand(command, lines->front(), in, out, err);
  if (command.targets != Targets::kSeveral) {
    err << "weirctl: " << command.name << " takes one target at a time\n";
    return kExitUsage;
  }
  const auto run = [&command, &in](const CommandLine& one, std::ostream& own_out,
                                   std::ostream& own_err) {
    return RunCommand(command, one, in, own_out, own_err);
  };
  return RunOnEach(*lines, run, out, err);
}

}  // namespace

int RunWeirctl(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
               std::ostream& err) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  if (!line.ok()) {
    err << "weirctl: " << line.status().message() << "\n";
    return kExitUsage;
  }
  if (line->version) {
    out << "weirctl " << kVersion << "\n";
    return kExitOk;
  }
  if (line->help || (line->words.size() == 1 && line->words[0] == "help")) {
    PrintHelp(out);
    return kExitOk;
  }
  const CommandSpec* const command = FindCommand(line->words);
  if (command == nullptr ||
      (command->arguments.empty() && line->words.size() > WordsOf(*command))) {
    return Usage(*line, err);
  }
  return RunForTargets(*command, *line, in, out, err);
}

}  // namespace weir
