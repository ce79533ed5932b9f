// The listeners that one ListenerOptions asks for: one for each reactor, of a socket of its own or,
// for a Unix socket, of the same.

#ifndef WEIR_REACTOR_LISTEN_LISTENER_GROUP_H_
#define WEIR_REACTOR_LISTEN_LISTENER_GROUP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/address_range.h"
#include "weir/reactor/limits_store.h"
#include "weir/reactor/listen/listener.h"
#include "weir/reactor/listen/reuseport_group.h"
#include "weir/reactor/listener_options.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/server_stats.h"
#include "weir/reactor/socket_address.h"

namespace weir {

// Must outlive its listeners. Create and Open are for one thread; what the group tells is settled
// once the first listener is open, and is then for any thread.
class ListenerGroup {
 public:
  // Checks the options, and that nobody else listens at the IP address unless `share_address`.
  // Opens nothing. `syscalls` is not owned. Errors as Server::Start documents them.
  static absl::StatusOr<std::unique_ptr<ListenerGroup>> Create(Syscalls* syscalls,
                                                               const ListenerOptions& options,
                                                               bool share_address);
  ListenerGroup(const ListenerGroup&) = delete;
  ListenerGroup& operator=(const ListenerGroup&) = delete;

  // The listener of the next reactor. All but the first have the port that the kernel chose for it.
  // `listen_backlog` is the server's limit, which the options may replace. `weight` is what
  // Distribution::kWeighted gives it; a Unix socket has no use for it.
  absl::StatusOr<std::unique_ptr<Listener>> Open(std::uint64_t listen_backlog,
                                                 std::uint32_t weight = 1);

  const ListenerInfo& info() const noexcept { return info_; }
  // The limits of their own that the options give its listeners.
  std::vector<LimitChange> own_limits() const;

  // How new connections are shared among the reactors from now on. Any thread.
  void SetDistribution(Distribution distribution);
  // Programs that the kernel refused; it then goes on with the one before. Any thread.
  std::uint64_t steering_failures() const { return reuseport_.state().failures; }
  // Why `distribution` does not act here, and what does; "" if it does. Any thread.
  std::string DistributionWarning(Distribution distribution) const;

 private:
  ListenerGroup(Syscalls* syscalls, const ListenerOptions& options, bool share_address)
      : syscalls_(syscalls),
        options_(options),
        share_address_(share_address),
        reuseport_(syscalls) {}

  absl::Status ReadAddress();
  absl::StatusOr<std::unique_ptr<Listener>> OpenIp(std::uint64_t backlog, std::uint32_t weight);
  absl::StatusOr<std::unique_ptr<Listener>> OpenUnix(std::uint64_t backlog);

  Syscalls* const syscalls_;
  const ListenerOptions options_;
  const bool share_address_;
  std::string unix_path_;  // of a Unix socket; else "", and address_ counts
  SocketAddress address_;
  std::weak_ptr<SharedSocket> socket_;  // the Unix socket, while a listener shares it
  std::vector<AddressRange> proxies_;
  const std::shared_ptr<Listener::OpenCount> open_count_ = std::make_shared<Listener::OpenCount>(0);
  ListenerInfo info_;
  ReuseportGroup reuseport_;  // closes the listeners
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_LISTENER_GROUP_H_
