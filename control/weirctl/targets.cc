#include "weir/control/weirctl/targets.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "weir/control/weirctl/contexts.h"
#include "weir/control/weirctl/unreachable.h"

namespace weir {
namespace {

// An option that was given goes before what the context has.
void FillFrom(const Context& context, CommandLine* line) {
  line->target = context.targets;
  if (line->tls_ca.empty()) line->tls_ca = context.tls_ca;
  if (line->tls_certificate.empty()) line->tls_certificate = context.tls_certificate;
  if (line->tls_key.empty()) line->tls_key = context.tls_key;
}

absl::Status UseContext(CommandLine* line) {
  if (line->target_given) {
    return absl::InvalidArgumentError("give --context or --target, not both");
  }
  const std::string path = ContextsPath();
  const auto contexts = ReadContexts(path);
  if (!contexts.ok()) return contexts.status();
  const auto found =
      std::find_if(contexts->begin(), contexts->end(),
                   [line](const Context& context) { return context.name == line->context; });
  if (found == contexts->end()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has no [", line->context,
                                                   "]; \"weirctl contexts\" lists what there is"));
  }
  FillFrom(*found, line);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<CommandLine>> LinesForTargets(const CommandLine& given) {
  CommandLine line = given;
  if (!line.context.empty()) {
    if (absl::Status status = UseContext(&line); !status.ok()) return status;
  }
  std::vector<CommandLine> lines;
  const std::string all = line.target;
  for (const absl::string_view part : absl::StrSplit(all, ',')) {
    line.target = std::string(absl::StripAsciiWhitespace(part));
    if (const std::string wrong = CheckTarget(line.target); !wrong.empty()) {
      return absl::InvalidArgumentError(wrong);
    }
    const auto same = [&line](const CommandLine& other) { return other.target == line.target; };
    if (std::any_of(lines.begin(), lines.end(), same)) {
      return absl::InvalidArgumentError(absl::StrCat("the target ", line.target, " comes twice"));
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace weir
