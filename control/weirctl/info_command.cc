// weirctl info.
#include <ostream>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {

int InfoCommand(const Session& session, const std::vector<std::string>&) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ServerInfo info;
  const grpc::Status status = session.stub->GetServerInfo(&context, {}, &info);
  if (!status.ok()) return Report(session, status);
  if (session.line.json) {
    PrintJson(info, session.out);
    return kExitOk;
  }
  const admin::v1::HostFacts& host = info.host();
  std::vector<std::vector<std::string>> rows = {
      {"version", info.version()},
      {"build", info.build()},
      {"parser kernel", info.parser_kernel()},
      {"address", info.address()},
      {"reactors", std::to_string(info.reactors())},
      {"pid", std::to_string(info.pid())},
      {"uptime", absl::StrCat(info.uptime().seconds(), " s")},
      {"boot id", info.boot_id()},
      {"limits version", std::to_string(info.limits_version())},
      {"CPUs", absl::StrCat(host.cpus_affinity(), " by affinity, ",
                            host.cpus_quota() == 0 ? "no quota"
                                                   : absl::StrCat("quota of ", host.cpus_quota()))},
      {"net.core.somaxconn", host.has_somaxconn() ? std::to_string(host.somaxconn()) : "unknown"},
      {"RLIMIT_NOFILE", host.has_descriptors() ? std::to_string(host.descriptors()) : "unlimited"}};
  if (info.listeners_size() > 1) {
    for (const admin::v1::ListenerInfo& it : info.listeners()) {
      rows.push_back({absl::StrCat("listener ", it.name()), it.address()});
    }
  }
  PrintTable(rows, session.out);
  return kExitOk;
}

}  // namespace weir
