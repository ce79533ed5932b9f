// What a server does about its limits.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "weir/reactor/host_limits.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server_impl.h"

namespace weir {

void Server::Impl::ApplyDistribution() {
  const auto distribution = static_cast<Distribution>(limits_.current()->limits.distribution);
  for (const auto& group : groups_) group->SetDistribution(distribution);
}

// A stalled reactor would listen again only once its turn is over, which is when a longer queue
// helps nobody any more.
void Server::Impl::ApplyToListeners() {
  // Of two publishers the later may come first: then the other finds its limits here too.
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  ApplyDistribution();
  const auto snapshot = limits_.current();
  for (const auto& reactor : reactors_) reactor->ListenAgain(snapshot->layers);
  backlogs_version_.store(snapshot->version);
}

std::vector<ListenerInfo> Server::Impl::OwnLimits(const LimitLayers& layers) const {
  const LimitSpec& backlog = *FindLimitSpec("listen_backlog");
  const LimitSpec& most = *FindLimitSpec("max_connections_per_listener");
  std::vector<ListenerInfo> listeners = listeners_;
  for (ListenerInfo& it : listeners) {
    const LayerValue* const own_backlog = layers.FindHighest(backlog, it.name);
    it.listen_backlog = own_backlog == nullptr ? 0 : own_backlog->value;
    const LayerValue* const own_most = layers.FindHighest(most, it.name);
    it.max_connections_per_listener.reset();
    if (own_most != nullptr) it.max_connections_per_listener = own_most->value;
  }
  return listeners;
}

std::vector<std::string> Server::Impl::Warnings(const LimitsSnapshot& snapshot) const {
  const HostLimits host = ReadHostLimits();
  std::vector<std::string> warnings = weir::LimitWarnings(snapshot.limits, host);
  for (const ListenerInfo& it : OwnLimits(snapshot.layers)) {
    const std::string warning = BacklogWarning(it.listen_backlog, host);
    if (!warning.empty()) warnings.push_back(absl::StrCat("listener ", it.name, ": ", warning));
  }
  for (const auto& group : groups_) {
    std::string warning =
        group->DistributionWarning(static_cast<Distribution>(snapshot.limits.distribution));
    if (!warning.empty()) warnings.push_back(std::move(warning));
  }
  return warnings;
}

bool Server::Impl::AllWorkBy(std::uint64_t version) const {
  for (const auto& reactor : reactors_) {
    if (reactor->AppliedVersion() < version) return false;
  }
  return true;
}

// Looks again and again: to wake whoever waits would cost a busy reactor more than all else about
// new limits.
bool Server::Impl::WaitForLimits(std::uint64_t version, std::uint64_t timeout_ms) const {
  using Ms = std::chrono::duration<double, std::milli>;
  const auto begin = std::chrono::steady_clock::now();
  for (Ms pause(0.05); !AllWorkBy(version); pause = std::min(pause * 2, Ms(1))) {
    const Ms left =
        Ms(static_cast<double>(timeout_ms)) - (std::chrono::steady_clock::now() - begin);
    if (left <= Ms(0)) return false;
    std::this_thread::sleep_for(std::min(pause, left));
  }
  return true;
}

}  // namespace weir
