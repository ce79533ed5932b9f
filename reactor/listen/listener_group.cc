#include "weir/reactor/listen/listener_group.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::string_view kNameMarks = "-._:[]/@";

// Names stand in log lines and in tables.
absl::Status CheckName(const std::string& name) {
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           kNameMarks.find(c) != std::string_view::npos;
  });
  if (good && name.size() <= kMaxNameBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("listener name \"", name, "\": give at most ",
                                                 kMaxNameBytes, " of letters, digits and \"",
                                                 std::string(kNameMarks), "\""));
}

absl::Status CheckOwnLimits(const std::vector<LimitChange>& own) {
  for (const LimitChange& it : own) {
    const std::string fault = it.value.has_value() ? LimitFault(*it.spec, *it.value) : "";
    if (!fault.empty()) return absl::InvalidArgumentError(absl::StrCat("a listener's ", fault));
  }
  return absl::OkStatus();
}

constexpr std::string_view kUnixScheme = "unix:";

}  // namespace

absl::StatusOr<std::unique_ptr<ListenerGroup>> ListenerGroup::Create(Syscalls* syscalls,
                                                                     const ListenerOptions& options,
                                                                     bool share_address) {
  if (absl::Status status = CheckName(options.name); !status.ok()) return status;
  std::unique_ptr<ListenerGroup> group(new ListenerGroup(syscalls, options, share_address));
  if (absl::Status status = CheckOwnLimits(group->own_limits()); !status.ok()) return status;
  if (absl::Status status = group->ReadAddress(); !status.ok()) return status;
  for (const std::string& text : options.proxies) {
    const absl::StatusOr<AddressRange> range = AddressRange::Parse(text);
    if (!range.ok()) return range.status();
    group->proxies_.push_back(*range);
  }
  return group;
}

absl::Status ListenerGroup::ReadAddress() {
  if (absl::StartsWith(options_.address, std::string(kUnixScheme))) {
    unix_path_ = options_.address.substr(kUnixScheme.size());
    if (unix_path_.empty()) return absl::InvalidArgumentError("\"unix:\" lacks a path: /PATH");
    info_.address = options_.address;
    return absl::OkStatus();  // SharedSocket::Open judges it
  }
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(options_.address);
  if (!address.ok()) return address.status();
  address_ = *address;
  if (share_address_) return absl::OkStatus();
  return Listener::CheckFree(syscalls_, address_, options_.ipv6_only);
}

absl::StatusOr<std::unique_ptr<Listener>> ListenerGroup::Open(std::uint64_t listen_backlog,
                                                              std::uint32_t weight) {
  const std::uint64_t backlog = options_.listen_backlog.value_or(listen_backlog);
  auto listener = unix_path_.empty() ? OpenIp(backlog, weight) : OpenUnix(backlog);
  if (!listener.ok()) return listener.status();
  info_.listen_backlog = options_.listen_backlog.value_or(0);
  info_.max_connections_per_listener = options_.max_connections_per_listener;
  info_.name = options_.name.empty() ? info_.address : options_.name;
  (*listener)->SetName(info_.name);
  (*listener)->SetProxies(proxies_);
  (*listener)->ShareOpen(open_count_);
  return listener;
}

std::vector<LimitChange> ListenerGroup::own_limits() const {
  return {{FindLimitSpec("listen_backlog"), options_.listen_backlog},
          {FindLimitSpec("accept_budget_per_tick"), options_.accept_budget_per_tick},
          {FindLimitSpec("max_connections_per_listener"), options_.max_connections_per_listener}};
}

absl::StatusOr<std::unique_ptr<Listener>> ListenerGroup::OpenIp(std::uint64_t backlog,
                                                                std::uint32_t weight) {
  auto listener = Listener::Open(syscalls_, address_, backlog, options_.ipv6_only);
  if (!listener.ok()) return listener.status();
  // Beside listeners of another process the group could not know the kernel's numbers.
  if (!share_address_) (*listener)->Join(&reuseport_, weight);
  address_ = (*listener)->address();
  info_.address = address_.ToString();
  info_.port = address_.port();
  return listener;
}

absl::StatusOr<std::unique_ptr<Listener>> ListenerGroup::OpenUnix(std::uint64_t backlog) {
  if (const std::shared_ptr<SharedSocket> socket = socket_.lock()) {
    return Listener::Share(syscalls_, socket, backlog, false);
  }
  auto socket = SharedSocket::Open(syscalls_, unix_path_, static_cast<mode_t>(options_.unix_mode));
  if (!socket.ok()) return socket.status();
  auto listener = Listener::Share(syscalls_, *socket, backlog, true);
  if (!listener.ok()) return listener.status();
  if (absl::Status status = (*socket)->Publish(); !status.ok()) return status;
  socket_ = *socket;
  return listener;
}

void ListenerGroup::SetDistribution(Distribution distribution) {
  (void)reuseport_.SetDistribution(distribution);  // the group keeps the error
}

std::string ListenerGroup::DistributionWarning(Distribution distribution) const {
  if (share_address_ && distribution != Distribution::kHash) {
    return absl::StrCat("distribution acts as hash on ", info_.name,
                        ": ServerOptions::share_address lets other processes listen there, whose "
                        "listeners have numbers that are not known; set distribution=hash");
  }
  const std::string error = reuseport_.state().error;
  if (error.empty()) return "";
  return absl::StrCat("distribution does not act on ", info_.name,
                      ": the kernel goes on as before: ", error,
                      "; set distribution again to try again");
}

}  // namespace weir
