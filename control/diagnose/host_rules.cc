#include "weir/control/diagnose/host_rules.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::uint64_t kOldSomaxconn = 128;  // the kernel's default until 5.4
constexpr std::uint64_t kFewPorts = 16384;

Finding OfHost(Severity severity, const char* rule, std::string message, std::string evidence,
               std::string fix) {
  return {severity, rule, "host", std::move(message), std::move(evidence), std::move(fix)};
}

void SmallSomaxconn(const HostFacts& host, Findings* findings) {
  if (!host.somaxconn || *host.somaxconn > kOldSomaxconn) return;
  findings->push_back(OfHost(
      Severity::kWarning, "somaxconn_small",
      "every accept queue of this host is capped to few connections",
      absl::StrCat("net.core.somaxconn = ", *host.somaxconn),
      "sysctl -w net.core.somaxconn=4096; then let each server listen again: a listener keeps the "
      "cap of the time when it began to listen"));
}

// The rule is tcp_conn_request's in net/ipv4/tcp_input.c: without cookies, SYNs from clients that
// are not known are dropped once three quarters of tcp_max_syn_backlog wait.
void NoSyncookies(const HostFacts& host, Findings* findings) {
  if (host.tcp_syncookies.value_or(1) != 0) return;
  findings->push_back(OfHost(
      Severity::kWarning, "syncookies_off",
      "a full SYN queue drops new clients: SYN cookies, which would let them in, are off",
      absl::StrCat("net.ipv4.tcp_syncookies = 0, net.ipv4.tcp_max_syn_backlog = ",
                   host.tcp_max_syn_backlog ? absl::StrCat(*host.tcp_max_syn_backlog) : "unknown"),
      "sysctl -w net.ipv4.tcp_syncookies=1"));
}

void SmallSynBacklog(const HostFacts& host, Findings* findings) {
  if (host.tcp_syncookies.value_or(1) != 0) return;  // otherwise the kernel does not look at it
  if (!host.tcp_max_syn_backlog || !host.somaxconn) return;
  if (*host.tcp_max_syn_backlog >= *host.somaxconn) return;
  findings->push_back(
      OfHost(Severity::kWarning, "syn_backlog_small",
             "fewer handshakes may be under way than the accept queues could take",
             absl::StrCat("net.ipv4.tcp_max_syn_backlog = ", *host.tcp_max_syn_backlog,
                          ", net.core.somaxconn = ", *host.somaxconn),
             absl::StrCat("sysctl -w net.ipv4.tcp_max_syn_backlog=", *host.somaxconn)));
}

void AlwaysSyncookies(const HostFacts& host, Findings* findings) {
  if (host.tcp_syncookies.value_or(1) != 2) return;
  findings->push_back(
      OfHost(Severity::kNote, "syncookies_always",
             "every handshake is answered by a SYN cookie, so no SYN queue is ever seen",
             "net.ipv4.tcp_syncookies = 2, which is meant for tests",
             "sysctl -w net.ipv4.tcp_syncookies=1"));
}

void AbortOnOverflow(const HostFacts& host, Findings* findings) {
  if (host.tcp_abort_on_overflow.value_or(0) == 0) return;
  findings->push_back(OfHost(
      Severity::kWarning, "abort_on_overflow",
      "a burst that an accept queue can't take resets clients, which would get in by trying again",
      absl::StrCat("net.ipv4.tcp_abort_on_overflow = ", *host.tcp_abort_on_overflow),
      "sysctl -w net.ipv4.tcp_abort_on_overflow=0"));
}

void FewFilesLeft(const HostFacts& host, Findings* findings) {
  if (!host.files_open || !host.files_max || *host.files_max == 0) return;
  const double share = static_cast<double>(*host.files_open) / static_cast<double>(*host.files_max);
  if (share < 0.8) return;
  findings->push_back(
      OfHost(share < 0.95 ? Severity::kWarning : Severity::kError, "files_nearly_exhausted",
             "this host has few open files left: accept fails with ENFILE when there is none",
             absl::StrCat("fs.file-nr: ", *host.files_open, " of ", *host.files_max, " are open"),
             absl::StrCat("sysctl -w fs.file-max=", *host.files_max * 2,
                          ", and see who holds them with \"lsof\"")));
}

void FewPorts(const HostFacts& host, Findings* findings) {
  if (!host.port_low || !host.port_high || *host.port_high < *host.port_low) return;
  const std::uint64_t ports = *host.port_high - *host.port_low + 1;
  if (ports >= kFewPorts) return;
  findings->push_back(
      OfHost(Severity::kNote, "few_local_ports",
             "few connections can be made from here to one address, as a proxy or a handler might",
             absl::StrCat("net.ipv4.ip_local_port_range = ", *host.port_low, " ", *host.port_high,
                          ": ", ports, " ports"),
             "sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\""));
}

constexpr void (*kRules[])(const HostFacts&, Findings*) = {
    SmallSomaxconn,  NoSyncookies, SmallSynBacklog, AlwaysSyncookies,
    AbortOnOverflow, FewFilesLeft, FewPorts,
};

}  // namespace

Findings CheckHost(const HostFacts& host) {
  Findings findings;
  for (const auto rule : kRules) rule(host, &findings);
  return findings;
}

}  // namespace weir
