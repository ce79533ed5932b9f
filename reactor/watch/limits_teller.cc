#include "weir/reactor/watch/limits_teller.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

// "max_fields 100 -> 50, max_body_bytes 1 -> 2" and how many.
std::pair<std::string, std::uint64_t> Differences(const Limits& before, const Limits& after) {
  std::string text;
  std::uint64_t count = 0;
  for (const LimitSpec& spec : LimitSpecs()) {
    if (before.*spec.member == after.*spec.member) continue;
    absl::StrAppend(&text, count++ == 0 ? "" : ", ", std::string(spec.name), " ",
                    before.*spec.member, " -> ", after.*spec.member);
  }
  if (count == 0) text = "no value in force is another";
  return {text, count};
}

Event Make(const LimitsSnapshot& before, const LimitsRevision& revision) {
  const auto [changes, count] = Differences(before.limits, revision.snapshot->limits);
  Event event;
  event.kind = EventKind::kLimitsChanged;
  event.numbers = {{"version", revision.version}, {"changes", count}};
  event.text =
      absl::StrCat("limits version ", revision.version, " by ",
                   revision.author.empty() ? "the server itself" : revision.author, ": ", changes);
  if (!revision.reason.empty()) absl::StrAppend(&event.text, "; reason: ", revision.reason);
  event.fix = absl::StrCat("to undo it: weirctl limits rollback ", before.version);
  return event;
}

}  // namespace

LimitsTeller::LimitsTeller(const LimitsStore* limits, EventLog* log)
    : limits_(limits), log_(log), told_(limits->current()) {}

void LimitsTeller::Tell() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const LimitsRevision& revision : limits_->HistorySince(told_->version)) {
    log_->Append(Make(*told_, revision));
    told_ = revision.snapshot;
  }
}

}  // namespace weir
