#include "weir/reactor/watch/limits_teller.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

// What is set for one listener.
using OfListener = std::pair<std::string, const LimitSpec*>;

void AddOfListeners(const LimitLayers& layers, std::set<OfListener>* all) {
  for (std::size_t i = 0; i < kDecidingLayerCount; ++i) {
    for (const LayerValue& it : layers.values(static_cast<LimitLayer>(i))) {
      if (!it.listener.empty()) all->emplace(it.listener, it.spec);
    }
  }
}

// "max_fields 100 -> 50, listen_backlog@health 4096 -> 8" and how many.
std::pair<std::string, std::uint64_t> Differences(const LimitsSnapshot& before,
                                                  const LimitsSnapshot& after) {
  std::string text;
  std::uint64_t count = 0;
  const auto compare = [&](const std::string& name, std::uint64_t old_value,
                           std::uint64_t new_value) {
    if (old_value == new_value) return;
    absl::StrAppend(&text, count++ == 0 ? "" : ", ", name, " ", old_value, " -> ", new_value);
  };
  for (const LimitSpec& spec : LimitSpecs()) {
    compare(std::string(spec.name), before.limits.*spec.member, after.limits.*spec.member);
  }
  std::set<OfListener> of_listeners;
  AddOfListeners(before.layers, &of_listeners);
  AddOfListeners(after.layers, &of_listeners);
  for (const auto& [listener, spec] : of_listeners) {
    compare(absl::StrCat(std::string(spec->name), "@", listener),
            before.layers.Merge(listener).*spec->member,
            after.layers.Merge(listener).*spec->member);
  }
  if (count == 0) text = "no value in force is another";
  return {text, count};
}

Event Make(const LimitsSnapshot& before, const LimitsRevision& revision) {
  const auto [changes, count] = Differences(before, *revision.snapshot);
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
