// weirctl doctor.
#include <google/protobuf/util/time_util.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "weir/control/weirctl/diagnosis_text.h"
#include "weir/control/weirctl/host_diagnosis.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/reactor/signal_watch.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

struct Scope {
  bool host = true;
  bool server = true;
};

bool ReadScope(const Session& session, const std::vector<std::string>& words, Scope* scope) {
  if (words.empty()) return true;
  scope->host = words[0] == "host";
  scope->server = words[0] == "server";
  if (words.size() == 1 && scope->host != scope->server) return true;
  session.err << "weirctl: doctor takes host, server, or nothing for both\n";
  return false;
}

bool WantsColour(const Session& session) {
  return WritesToTerminal(session) && std::getenv("NO_COLOR") == nullptr;
}

void PrintListeners(const admin::v1::Diagnosis& diagnosis, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"LISTENER", "WAITING", "BACKLOG", "DISCARDS", "UID", "PROCESS"}};
  for (const admin::v1::HostListener& listener : diagnosis.listeners()) {
    rows.push_back(
        {listener.address(), std::to_string(listener.depth()), std::to_string(listener.backlog()),
         listener.has_discards() ? std::to_string(listener.discards()) : "-",
         std::to_string(listener.uid()), listener.owner().empty() ? "-" : listener.owner()});
  }
  if (rows.size() > 1) PrintTable(rows, out);
}

std::string Setting(bool known, std::uint64_t value) {
  return known ? std::to_string(value) : "unknown";
}

// What caps the queues above.
void PrintSettings(const admin::v1::Diagnosis& diagnosis, std::ostream& out) {
  if (!diagnosis.has_host()) return;
  const admin::v1::HostFacts& host = diagnosis.host();
  out << "net.core.somaxconn = " << Setting(host.has_somaxconn(), host.somaxconn())
      << " caps every backlog at the time of listen(2); net.ipv4.tcp_syncookies = "
      << Setting(host.has_tcp_syncookies(), host.tcp_syncookies())
      << ", net.ipv4.tcp_max_syn_backlog = "
      << Setting(host.has_tcp_max_syn_backlog(), host.tcp_max_syn_backlog())
      << (host.tcp_syncookies() == 0 ? "" : " (without effect while SYN cookies are on)") << "\n";
}

// Adds what the server says of itself. No server is no error where the host is examined too.
int AskServer(const Session& session, bool needed, admin::v1::Diagnosis* diagnosis) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  const grpc::Status status = session.stub->Diagnose(&context, {}, diagnosis);
  if (status.ok() || needed) return Report(session, status);
  const bool none = status.error_code() == grpc::StatusCode::UNAVAILABLE;
  const int exit = none ? kExitOk : Report(session, status);
  session.err << "weirctl: ";
  if (none) session.err << "no server answers at " << session.line.target << ": ";
  session.err << "only the host was examined\n";
  return exit;
}

int ExitStatusOf(const admin::v1::Diagnosis& diagnosis) {
  const auto worst = Worst(diagnosis);
  if (worst == admin::v1::Finding::ERROR) return kExitErrors;
  return worst == admin::v1::Finding::WARNING ? kExitWarnings : kExitOk;
}

int ExamineOnce(const Session& session, const Scope& scope) {
  admin::v1::Diagnosis diagnosis;
  int answered = kExitOk;
  if (scope.server) {
    answered = AskServer(session, !scope.host, &diagnosis);
    if (answered != kExitOk && !scope.host) return answered;
  }
  *diagnosis.mutable_time() = TimeUtil::GetCurrentTime();
  if (scope.host) {
    if (const absl::Status status = DiagnoseHost(&diagnosis); !status.ok()) {
      session.err << "weirctl: the listeners can't be read: " << status.message() << "\n";
      return kExitRefused;
    }
  }
  if (session.line.json) {
    PrintJson(diagnosis, session.out);
  } else {
    PrintListeners(diagnosis, session.out);
    PrintSettings(diagnosis, session.out);
    PrintFindings(diagnosis, WantsColour(session), session.out);
  }
  return answered != kExitOk ? answered : ExitStatusOf(diagnosis);
}

// Whether a signal came before the interval was over.
bool Interrupted(const SignalWatch& signals, std::uint64_t interval_ms) {
  const auto held = std::clamp<std::uint64_t>(interval_ms, 100, 60'000);
  pollfd wait = {signals.fd(), POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(held)) != 0;  // EINTR: by such a signal too
}

}  // namespace

int DoctorCommand(const Session& session, const std::vector<std::string>& words) {
  Scope scope;
  if (!ReadScope(session, words, &scope)) return kExitUsage;
  if (!session.line.watch) return ExamineOnce(session, scope);
  const auto signals = SignalWatch::Install();
  if (!signals.ok()) {
    session.err << "weirctl: " << signals.status().message() << "\n";
    return kExitRefused;
  }
  int exit = kExitOk;
  for (std::uint64_t round = 1;; ++round) {
    exit = ExamineOnce(session, scope);
    if (round == session.line.count || exit == kExitUnreachable) return exit;
    if (Interrupted(**signals, session.line.interval_ms)) return exit;
  }
}

}  // namespace weir
