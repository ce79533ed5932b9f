#include "weir/control/diagnose/server_facts.h"

#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "weir/control/diagnose/diagnosis_codec.h"
#include "weir/control/stats_codec.h"
#include "weir/parser/kernel.h"
#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/version.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

std::optional<std::size_t> CountListeners(InetDiag* diag, const ListenerInfo& listener) {
  if (listener.port == 0) return {};  // a Unix socket
  const auto rows = diag->Listeners(listener.port);
  if (!rows.ok()) return {};
  return std::count_if(rows->begin(), rows->end(), [&listener](const DiagRow& row) {
    return row.address.ToString() == listener.address;
  });
}

std::string Build() {
#ifdef __OPTIMIZE__
  const char* const mode = "optimized";
#else
  const char* const mode = "not optimized";
#endif
#ifdef __clang__
  return absl::StrCat(__VERSION__, ", ", mode);
#else
  return absl::StrCat("GCC ", __VERSION__, ", ", mode);
#endif
}

}  // namespace

ServerFacts CollectServerFacts(Server* server) {
  ServerFacts facts;
  facts.stats = server->Stats();
  facts.limits = server->limits().current()->limits;
  facts.host = ReadHostFacts();
  facts.own_listeners = facts.stats.reactors.size();
  InetDiag diag(Syscalls::System());
  if (!facts.stats.draining) {
    for (const ListenerInfo& it : facts.stats.listeners) {
      facts.listeners.push_back(CountListeners(&diag, it));
    }
  }
  return facts;
}

void DescribeServer(const Server& server, admin::v1::ServerInfo* info) {
  const ServerStats stats = server.Stats();
  info->set_version(kVersion);
  info->set_build(Build());
  info->set_parser_kernel(std::string(KernelName(ActiveKernel())));
  info->set_address(stats.address);
  for (const ListenerInfo& it : stats.listeners) ToProto(it, info->add_listeners());
  info->set_reactors(static_cast<std::uint32_t>(stats.reactors.size()));
  info->set_pid(static_cast<std::uint32_t>(::getpid()));
  info->set_boot_id(stats.boot_id);
  *info->mutable_uptime() =
      TimeUtil::NanosecondsToDuration(static_cast<std::int64_t>(stats.uptime_ns));
  info->set_limits_version(stats.limits_version);
  ToProto(ReadHostFacts(), info->mutable_host());
}

}  // namespace weir
