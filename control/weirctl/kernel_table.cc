#include "weir/control/weirctl/kernel_table.h"

#include <map>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

using admin::v1::SynQueue;

const char* ScopeOf(const SynQueue& queue) {
  switch (queue.scope()) {
    case SynQueue::GROUP_TOTAL:
      return "group total";
    case SynQueue::PER_LISTENER:
      return "per listener";
    default:
      return "unknown";
  }
}

std::string NoteOf(const SynQueue& queue) { return queue.note().empty() ? "-" : queue.note(); }

}  // namespace

std::vector<std::vector<std::string>> SynQueueRows(const admin::v1::KernelStats& kernel) {
  std::vector<std::vector<std::string>> rows = {{"SYN QUEUE", "HALF-OPEN", "OF", "NOTE"}};
  for (const SynQueue& queue : kernel.syn_queues()) {
    const bool known = queue.scope() != SynQueue::SCOPE_UNSPECIFIED;
    rows.push_back({queue.address(), known ? std::to_string(queue.half_open()) : "-",
                    ScopeOf(queue), NoteOf(queue)});
    for (int i = 0; i < queue.half_open_by_reactor_size(); ++i) {
      rows.push_back({absl::StrCat("  reactor ", i), std::to_string(queue.half_open_by_reactor(i)),
                      "listener", "-"});
    }
  }
  return rows;
}

std::vector<std::vector<std::string>> NetnsRows(const admin::v1::KernelStats& kernel) {
  std::vector<std::vector<std::string>> rows = {{"OF THE NETWORK NAMESPACE", "SINCE START"}};
  const std::map<std::string, std::uint64_t> sorted(kernel.netns_counters().begin(),
                                                    kernel.netns_counters().end());
  for (const auto& [name, moved] : sorted) {
    if (moved != 0) rows.push_back({name, std::to_string(moved)});
  }
  return rows;
}

}  // namespace weir
