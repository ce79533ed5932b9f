#include "weir/reactor/host_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/reactor/kernel/host_facts.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

std::uint64_t LeastUsable(std::uint64_t descriptors) {
  return descriptors > kReservedDescriptors ? descriptors - kReservedDescriptors : 1;
}

std::string Capped(const char* name, std::uint64_t requested, std::uint64_t effective,
                   const std::string& why) {
  return absl::StrCat(name, " = ", requested, " acts as ", effective, ": ", why);
}

}  // namespace

HostLimits ReadHostLimits() {
  HostLimits host;
  host.somaxconn = ReadSysctl("net/core/somaxconn").value_or(0);
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur != RLIM_INFINITY) {
    host.descriptors = descriptors.rlim_cur;
  }
  return host;
}

void RaiseDescriptorLimit() {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  if (descriptors.rlim_cur == descriptors.rlim_max) return;
  descriptors.rlim_cur = descriptors.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &descriptors);
}

Limits EffectiveLimits(const Limits& requested, const HostLimits& host) {
  Limits effective = requested;
  if (host.somaxconn != 0) {
    effective.listen_backlog = std::min(requested.listen_backlog, host.somaxconn);
  }
  if (host.descriptors != 0) {
    effective.max_connections = std::min(requested.max_connections, LeastUsable(host.descriptors));
  }
  effective.max_request_line_bytes =
      std::min(requested.max_request_line_bytes, requested.max_head_bytes);
  effective.max_field_bytes = std::min(requested.max_field_bytes, requested.max_head_bytes);
  return effective;
}

std::string BacklogWarning(std::uint64_t requested, const HostLimits& host) {
  if (host.somaxconn == 0 || requested <= host.somaxconn) return "";
  return Capped(
      "listen_backlog", requested, host.somaxconn,
      absl::StrCat("capped by net.core.somaxconn = ", host.somaxconn, "; run \"sysctl -w ",
                   "net.core.somaxconn=", requested, "\", then set listen_backlog again"));
}

std::vector<std::string> LimitWarnings(const Limits& requested, const HostLimits& host) {
  const Limits effective = EffectiveLimits(requested, host);
  std::vector<std::string> warnings;
  std::string backlog = BacklogWarning(requested.listen_backlog, host);
  if (!backlog.empty()) warnings.push_back(std::move(backlog));
  if (effective.max_connections != requested.max_connections) {
    warnings.push_back(Capped(
        "max_connections", requested.max_connections, effective.max_connections,
        absl::StrCat("capped by RLIMIT_NOFILE = ", host.descriptors, ", of which ",
                     kReservedDescriptors, " are kept for other uses; raise it with \"ulimit -n\" ",
                     "or LimitNOFILE= and restart")));
  }
  const auto head = [&](const char* name, std::uint64_t value) {
    if (value > requested.max_head_bytes) {
      warnings.push_back(
          Capped(name, value, requested.max_head_bytes,
                 absl::StrCat("a whole head may have max_head_bytes = ", requested.max_head_bytes,
                              "; raise that, or lower ", name)));
    }
  };
  head("max_request_line_bytes", requested.max_request_line_bytes);
  head("max_field_bytes", requested.max_field_bytes);
  return warnings;
}

}  // namespace weir
