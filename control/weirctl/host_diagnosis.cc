#include "weir/control/weirctl/host_diagnosis.h"

#include "weir/control/diagnose/diagnosis_codec.h"
#include "weir/control/diagnose/host_rules.h"
#include "weir/control/diagnose/queue_rules.h"
#include "weir/control/weirctl/socket_owners.h"
#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir {
namespace {

QueueFacts FactsOf(const DiagRow& row, const std::string& owner, const HostFacts& host) {
  QueueFacts queue;
  queue.subject = row.address.ToString();
  if (!owner.empty()) queue.subject += " " + owner;
  queue.depth = row.depth;
  queue.backlog = row.backlog;
  queue.discards = row.discards;
  queue.somaxconn = host.somaxconn;
  queue.raise = "give listen() a larger backlog in that server's settings, and restart it";
  queue.again = queue.raise;
  return queue;
}

}  // namespace

absl::Status DiagnoseHost(admin::v1::Diagnosis* diagnosis) {
  const HostFacts host = ReadHostFacts();
  ToProto(host, diagnosis->mutable_host());
  ToProto(CheckHost(host), diagnosis);
  InetDiag diag(Syscalls::System());
  const auto rows = diag.Listeners();
  if (!rows.ok()) return rows.status();
  const auto owners = FindSocketOwners();
  for (const DiagRow& row : *rows) {
    const auto found = owners.find(row.inode);
    const std::string owner = found == owners.end() ? "" : found->second;
    admin::v1::HostListener* const listener = diagnosis->add_listeners();
    listener->set_address(row.address.ToString());
    listener->set_owner(owner);
    listener->set_uid(row.uid);
    listener->set_depth(row.depth);
    listener->set_backlog(row.backlog);
    if (row.discards) listener->set_discards(*row.discards);
    ToProto(CheckQueue(FactsOf(row, owner, host)), diagnosis);
  }
  return absl::OkStatus();
}

}  // namespace weir
