// weirctl completion: scripts for shells, from the tables of commands, options and limits.
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "weir/control/weirctl/commands.h"
#include "weir/control/weirctl/options.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::string FirstWords() {
  std::set<std::string> words;
  for (const CommandSpec& command : CommandSpecs()) {
    words.insert(std::string(command.name.substr(0, command.name.find(' '))));
  }
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string SecondWords(std::string_view first) {
  std::string text;
  for (const CommandSpec& command : CommandSpecs()) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string_view::npos || command.name.substr(0, space) != first) continue;
    text += (text.empty() ? "" : " ") + std::string(command.name.substr(space + 1));
  }
  return text;
}

// The first words that have second ones, each once.
std::set<std::string> Groups() {
  std::set<std::string> groups;
  for (const CommandSpec& command : CommandSpecs()) {
    const std::size_t space = command.name.find(' ');
    if (space != std::string_view::npos) groups.insert(std::string(command.name.substr(0, space)));
  }
  return groups;
}

std::string LimitNames(std::string_view suffix) {
  std::string text;
  for (const LimitSpec& spec : LimitSpecs()) {
    text += (text.empty() ? "" : " ") + std::string(spec.name) + std::string(suffix);
  }
  return text;
}

std::string OptionNames() {
  std::string text;
  for (const OptionSpec& option : OptionSpecs()) {
    text +=
        (text.empty() ? "" : " ") + std::string(option.name) + (option.value.empty() ? "" : "=");
  }
  return text;
}

// zsh runs it too, by bashcompinit.
void PrintBash(std::ostream& out) {
  out << "_weirctl() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} words\n"
         "  if [[ $word == -* ]]; then\n"
         "    words='"
      << OptionNames()
      << "'\n"
         "  elif [[ $COMP_CWORD -eq 1 ]]; then\n"
         "    words='"
      << FirstWords()
      << "'\n"
         "  else\n"
         "    case ${COMP_WORDS[1]}:$COMP_CWORD in\n";
  for (const std::string& group : Groups()) {
    out << "      " << group << ":2) words='" << SecondWords(group) << "' ;;\n";
  }
  out << "      limits:*)\n"
         "        if [[ ${COMP_WORDS[2]}:$COMP_CWORD == shadow:3 ]]; then words='get set unset'\n"
         "        elif [[ ${COMP_WORDS[2]} == get ]]; then words='"
      << LimitNames("") << "'; else words='" << LimitNames("=")
      << "'; fi ;;\n"
         "      completion:2) words='bash zsh fish' ;;\n"
         "      *) return ;;\n"
         "    esac\n"
         "  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "  [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n"
         "  return 0\n"
         "}\n"
         "complete -o default -F _weirctl weirctl\n";
}

void PrintZsh(std::ostream& out) {
  out << "autoload -U +X bashcompinit && bashcompinit\n";
  PrintBash(out);
}

void PrintFish(std::ostream& out) {
  out << "complete -c weirctl -f -n __fish_use_subcommand -a '" << FirstWords() << "'\n";
  for (const std::string& group : Groups()) {
    out << "complete -c weirctl -f -n '__fish_seen_subcommand_from " << group << "' -a '"
        << SecondWords(group) << "'\n";
  }
  out << "complete -c weirctl -f -n '__fish_seen_subcommand_from get' -a '" << LimitNames("")
      << "'\n"
      << "complete -c weirctl -f -n '__fish_seen_subcommand_from set' -a '" << LimitNames("=")
      << "'\n"
      << "complete -c weirctl -f -n '__fish_seen_subcommand_from shadow' -a 'get set unset'\n"
      << "complete -c weirctl -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
  for (const OptionSpec& option : OptionSpecs()) {
    out << "complete -c weirctl -l " << option.name.substr(2) << (option.value.empty() ? "" : " -r")
        << "\n";
  }
}

}  // namespace

int CompletionCommand(const Session& session, const std::vector<std::string>& words) {
  const std::string shell = words.size() == 1 ? words[0] : "";
  if (shell == "bash") {
    PrintBash(session.out);
  } else if (shell == "zsh") {
    PrintZsh(session.out);
  } else if (shell == "fish") {
    PrintFish(session.out);
  } else {
    session.err << "weirctl: name the shell: weirctl completion bash, zsh or fish\n";
    return kExitUsage;
  }
  return kExitOk;
}

}  // namespace weir
