#include "weir/control/weirctl/commands.h"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

constexpr CommandSpec kCommands[] = {
    {"limits get", "[NAME ...]", "the limits: requested, effective, default, range",
     Targets::kSeveral, GetLimitsCommand},
    {"limits set", "NAME=VALUE ...", "changes limits, all or none, from the next request on",
     Targets::kSeveral, SetLimitsCommand},
    {"limits unset", "NAME ...", "takes out what an operator set: the layer below decides again",
     Targets::kSeveral, UnsetLimitsCommand},
    {"limits diff", "", "the limits that are not the default, with the layers that set them",
     Targets::kSeveral, DiffLimitsCommand},
    {"limits history", "", "the last versions: who changed what, when and why", Targets::kSeveral,
     LimitsHistoryCommand},
    {"limits rollback", "VERSION", "puts all layers back to what they were in that version",
     Targets::kSeveral, RollBackLimitsCommand},
    {"limits shadow", "[get] | set NAME=VALUE ... | unset NAME ...",
     "values that refuse nothing: how many requests they would have refused", Targets::kSeveral,
     ShadowLimitsCommand},
    {"audit", "", "what was asked of the control plane, granted or not", Targets::kSeveral,
     AuditCommand},
    {"limits presets", "", "values that act like the defaults of other servers", Targets::kOne,
     PresetsCommand},
    {"stats", "", "queues, counters, parse errors and why connections ended", Targets::kSeveral,
     StatsCommand},
    {"top", "", "the same as it goes, on the whole screen: a row for each reactor, and events",
     Targets::kOne, TopCommand},
    {"watch", "[stats|queues|errors|events]", "a stream: all statistics, or that part of them",
     Targets::kOne, WatchCommand},
    {"events", "", "what has happened: the last events, each with its numbers and its fix",
     Targets::kSeveral, EventsCommand},
    {"refused", "", "the last requests that were refused: where they broke, and whose they were",
     Targets::kSeveral, RefusedCommand},
    {"doctor", "[host|server]",
     "what is wrong with this host, every listener on it, and the server if one answers",
     Targets::kOne, DoctorCommand},
    {"info", "", "what runs: version, instruction set, reactors, host", Targets::kSeveral,
     InfoCommand},
    {"health", "[SERVICE]", "whether it serves: the server, or the listener of that address",
     Targets::kSeveral, HealthCommand},
    {"drain", "", "ends the server: takes no new connections, finishes what is under way",
     Targets::kSeveral, DrainCommand},
    {"contexts", "", "the names of servers for --context, from the file WEIR_CONTEXTS",
     Targets::kOne, ContextsCommand},
    {"explain", "[FILE] [NAME=VALUE ...]",
     "where a request breaks, by these limits; reads standard input without FILE; needs no server",
     Targets::kOne, ExplainCommand},
    {"errors", "[KIND ...]", "what each kind of parse error means; needs no server", Targets::kOne,
     ErrorsCommand},
    {"completion", "bash|zsh|fish", "a script that completes weirctl's words in that shell",
     Targets::kOne, CompletionCommand},
    {"manual", "", "the manual page, for man(1): weirctl manual | man -l -", Targets::kOne,
     ManualCommand},
};

}  // namespace

const CommandSpec* CommandSpecs::begin() const noexcept { return std::begin(kCommands); }

const CommandSpec* CommandSpecs::end() const noexcept { return std::end(kCommands); }

std::size_t WordsOf(const CommandSpec& command) noexcept {
  return command.name.find(' ') == std::string_view::npos ? 1 : 2;
}

const CommandSpec* FindCommand(const std::vector<std::string>& words) noexcept {
  for (const CommandSpec& command : CommandSpecs()) {
    const std::size_t count = WordsOf(command);
    if (words.size() < count) continue;
    const std::string name = count == 1 ? words[0] : words[0] + " " + words[1];
    if (name == command.name) return &command;
  }
  return nullptr;
}

}  // namespace weir
