#include "weir/reactor/faults/opening.h"

#include <atomic>
#include <memory>
#include <utility>

#include "weir/reactor/kernel/inet_diag.h"
#include "weir/reactor/listen/listener_group.h"
#include "weir/reactor/loop/reactor.h"
#include "weir/reactor/testing/fake_clock.h"
#include "weir/reactor/testing/temp_folder.h"

namespace weir::test {
namespace {

constexpr int kReactors = 2;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

// Reactors with a listener of `group` each, from Create to the end of a drain.
absl::Status RunReactors(Syscalls* syscalls, ListenerGroup* group) {
  FakeClock clock;
  const AnyHandler handler = Hello;
  const LimitsStore limits{Limits()};
  // Apart, as in TestReactor.
  const auto admission = std::make_unique<SharedAdmission>();
  std::atomic<std::uint64_t> buffered_bytes{0};
  ReactorOptions options;
  options.syscalls = syscalls;
  options.clock = &clock;
  options.handler = &handler;
  options.limits = &limits;
  options.admission = admission.get();
  options.buffered_bytes = &buffered_bytes;
  std::vector<std::unique_ptr<Reactor>> reactors;
  for (int i = 0; i < kReactors; ++i) {
    auto listener = group->Open(16);
    if (!listener.ok()) return listener.status();
    (void)(*listener)->SetMark(7);  // not every user may
    Reactor::Listeners listeners;
    listeners.push_back(*std::move(listener));
    auto reactor = Reactor::Create(options, std::move(listeners));
    if (!reactor.ok()) return reactor.status();
    reactors.push_back(*std::move(reactor));
  }
  group->SetDistribution(Distribution::kCpu);
  group->SetDistribution(Distribution::kHash);
  for (const auto& reactor : reactors) reactor->RequestDrain(1000);
  for (const auto& reactor : reactors) {
    reactor->RunOnce(0);
    reactor->RunOnce(0);
  }
  return absl::OkStatus();
}

absl::Status OpenAt(Syscalls* syscalls, const std::string& address) {
  ListenerOptions options;
  options.address = address;
  auto group = ListenerGroup::Create(syscalls, options, false);
  if (!group.ok()) return group.status();
  return RunReactors(syscalls, group->get());
}

absl::Status OpenIpv4(Syscalls* syscalls) { return OpenAt(syscalls, "127.0.0.1:0"); }
absl::Status OpenIpv6(Syscalls* syscalls) { return OpenAt(syscalls, "[::1]:0"); }

absl::Status OpenUnix(Syscalls* syscalls) {
  const TempFolder folder;
  return OpenAt(syscalls, "unix:" + folder.File("http.sock"));
}

absl::Status AskForQueues(Syscalls* syscalls) {
  InetDiag diag(syscalls);
  for (int i = 0; i < 2; ++i) {
    if (const auto listeners = diag.Listeners(0); !listeners.ok()) return listeners.status();
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Opening> Openings() {
  return {{"Ipv4", OpenIpv4}, {"Ipv6", OpenIpv6}, {"Unix", OpenUnix}, {"Queues", AskForQueues}};
}

}  // namespace weir::test
