#include "weir/control/weirctl/weirctl.h"

#include <grpcpp/grpcpp.h>

#include <ostream>

#include "weir/control/weirctl/channel.h"
#include "weir/control/weirctl/commands.h"
#include "weir/control/weirctl/help.h"
#include "weir/control/weirctl/unreachable.h"
#include "weir/reactor/version.h"

namespace weir {
namespace {

int Usage(const Session& session) {
  session.err << "weirctl: ";
  for (const std::string& word : session.line.words) session.err << "\"" << word << "\" ";
  session.err << (session.line.words.empty() ? "no command was given" : "is no command")
              << "; commands are ";
  PrintCommandNames(session.err);
  session.err << "; see \"weirctl --help\"\n";
  return kExitUsage;
}

int RunCommand(const Session& session) {
  const std::vector<std::string>& words = session.line.words;
  const CommandSpec* const command = FindCommand(words);
  if (command == nullptr) return Usage(session);
  const auto name_words = static_cast<std::ptrdiff_t>(WordsOf(*command));
  const std::vector<std::string> arguments(words.begin() + name_words, words.end());
  if (command->arguments.empty() && !arguments.empty()) return Usage(session);
  return command->run(session, arguments);
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
  if (const std::string wrong = CheckTarget(line->target); !wrong.empty()) {
    err << "weirctl: " << wrong << "\n";
    return kExitUsage;
  }
  const auto channel = ConnectTo(*line);
  if (!channel.ok()) {
    err << "weirctl: " << channel.status().message() << "\n";
    return kExitUsage;
  }
  const auto stub = admin::v1::Admin::NewStub(*channel);
  return RunCommand({*line, stub.get(), *channel, in, out, err});
}

}  // namespace weir
