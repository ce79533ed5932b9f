// A listening socket: of a SO_REUSEPORT group, or a Unix socket that the reactors share.

#ifndef WEIR_REACTOR_LISTEN_LISTENER_H_
#define WEIR_REACTOR_LISTEN_LISTENER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/address_range.h"
#include "weir/reactor/listen/accept_queue.h"
#include "weir/reactor/listen/accept_queue_history.h"
#include "weir/reactor/listen/reuseport_group.h"
#include "weir/reactor/listen/shared_socket.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/server_stats.h"
#include "weir/reactor/socket_address.h"

namespace weir {

// One accepted connection.
struct AcceptedSocket {
  int fd = -1;
  SocketAddress peer;  // as accept4 told it: still right when the client has reset it meanwhile
};

// Owns the socket, or a share of it. SetBacklog(), Sample(), history() and what lends its queue are
// for any thread; the rest is for the reactor's thread.
class Listener {
 public:
  // Binds and listens. TCP_NODELAY and SO_OOBINLINE are set here and inherited by every accepted
  // socket. Several
  // listeners of one process share the address. Errors as Server::Start documents them.
  // `ipv6_only` as in ListenerOptions.
  static absl::StatusOr<std::unique_ptr<Listener>> Open(Syscalls* syscalls,
                                                        const SocketAddress& address,
                                                        std::uint64_t backlog,
                                                        bool ipv6_only = true);
  // Has a listener accept from a Unix socket, whose backlog it sets. Only one of those of a socket
  // `samples` its queue.
  static absl::StatusOr<std::unique_ptr<Listener>> Share(Syscalls* syscalls,
                                                         std::shared_ptr<SharedSocket> socket,
                                                         std::uint64_t backlog, bool samples);
  // ALREADY_EXISTS when a socket outside this process's group listens there. SO_REUSEPORT lets any
  // process of the same user join a group unnoticed (socket(7)), and take half of its connections.
  static absl::Status CheckFree(Syscalls* syscalls, const SocketAddress& address,
                                bool ipv6_only = true);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Makes it a member of the group, which must outlive it and closes it from then on. REQUIRES: no
  // listener of this address was opened since this one.
  void Join(ReuseportGroup* group, std::uint32_t weight = 1);
  // The group, or null, and the number in it.
  ReuseportGroup* group() const noexcept { return group_; }
  std::uint32_t member() const noexcept { return member_; }

  // What statistics call it: its address, until another name is given. REQUIRES of SetName: no
  // other thread knows of it yet.
  const std::string& name() const noexcept { return name_; }
  void SetName(const std::string& name) { name_ = name; }

  // How many of the connections that came to it are open: who accepts counts them. It is for all
  // listeners that share it, and for any thread. REQUIRES of ShareOpen: as SetName.
  using OpenCount = std::atomic<std::uint64_t>;
  void ShareOpen(const std::shared_ptr<OpenCount>& count) { open_count_ = count; }
  OpenCount& open_count() const noexcept { return *open_count_; }

  // Whose connections begin with a PROXY header, as ListenerOptions::proxies. REQUIRES of
  // SetProxies: as SetName.
  void SetProxies(const std::vector<AddressRange>& proxies) { proxies_ = proxies; }
  bool has_proxies() const noexcept { return !proxies_.empty(); }
  bool IsProxy(const SocketAddress& peer) const noexcept;

  int fd() const noexcept { return fd_; }
  bool open() const noexcept { return fd_ >= 0; }
  // With the port that the kernel chose.
  const SocketAddress& address() const noexcept { return address_; }

  // Whether other listeners accept from the same socket. How many wait there is not known then:
  // accept until there is none.
  bool shared() const noexcept { return shares_; }
  // REQUIRES: shared(). Clients are refused from now on; those that wait can be accepted.
  void TakeNoMore();

  // Applies another backlog to the live socket: listen(2) again takes effect at once, clamped to
  // net.core.somaxconn of this moment (inet_listen in net/ipv4/af_inet.c). Nothing queued is lost.
  // FAILED_PRECONDITION once it is closed. Any thread: the reactor may be stalled.
  absl::Status SetBacklog(std::uint64_t backlog);

  // Sets SO_MARK (socket(7)), which half-open connections inherit, and accepted ones too; those
  // that come between Open and this have none. PERMISSION_DENIED without CAP_NET_ADMIN.
  absl::Status SetMark(std::uint32_t mark);

  // Whether the kernel stamps what comes on connections that are accepted from now on
  // (SO_TIMESTAMPNS, socket(7)), which inherit it. A Unix socket stamps nothing.
  void SetStamping(bool stamping);

  // What listen() was last asked for. Any thread.
  std::uint64_t backlog_requested() const noexcept {
    return backlog_requested_.load(std::memory_order_relaxed);
  }

  // How many connections wait now; none if the kernel does not tell, as of a shared socket.
  std::optional<AcceptQueueDepth> Queue();

  // The error of accept4(2), as its negative, or 0. Never waits.
  int Accept(AcceptedSocket* accepted);

  // What the kernel tells of the queue now, with what was seen of it before; the last sample once
  // the listener is closed. `now_ns` is of CLOCK_MONOTONIC.
  AcceptQueueSample Sample(std::int64_t now_ns);

  // What was seen of the queue: Sample adds to it, and so does who accepts.
  AcceptQueueHistory& history() noexcept { return history_; }

  // Lends the queue to the reactor of `epoll`, which gets an event with `data` while connections
  // wait. Exclusively (EPOLLEXCLUSIVE, epoll_ctl(2)): of all that it is lent to, one that waits is
  // woken for a connection; the owner's own watch is not exclusive, so it is never starved. False
  // if the kernel would not, or the listener is closed. Lent already: nothing changes.
  bool LendTo(int epoll, std::uint64_t data);
  // Ends that. REQUIRES: `epoll` is open.
  void TakeBackFrom(int epoll);
  // As Queue and Accept, for those that it is lent to: the owner may close it meanwhile. None, and
  // -EAGAIN, once it is closed or withheld.
  std::optional<AcceptQueueDepth> LentQueue();
  int AcceptLent(AcceptedSocket* accepted);
  // From now on only the owner accepts, whomever it is lent to.
  void Withhold();

  // Closes the socket, or gives up its share: connections still queued are reset by the kernel.
  // Takes it back first.
  void Close();

 private:
  Listener(Syscalls* syscalls, int fd, const SocketAddress& address) noexcept
      : syscalls_(syscalls), fd_(fd), address_(address) {}

  std::optional<AcceptQueueDepth> QueueNow();

  Syscalls* const syscalls_;
  int fd_;  // written by the reactor's thread under mutex_
  SocketAddress address_;
  std::string name_;
  std::vector<AddressRange> proxies_;
  std::shared_ptr<OpenCount> open_count_ = std::make_shared<OpenCount>(0);
  std::shared_ptr<SharedSocket> shared_;  // until it is closed; guarded by mutex_
  bool shares_ = false;
  bool samples_ = true;
  bool stamping_ = false;
  ReuseportGroup* group_ = nullptr;
  std::uint32_t member_ = 0;
  std::atomic<std::uint64_t> backlog_requested_{0};
  std::mutex mutex_;                  // held while another thread uses fd_, so that it stays ours
  AcceptQueueSample last_sample_;     // guarded by mutex_
  std::vector<int> lent_to_;          // epolls; guarded by mutex_
  bool withheld_ = false;             // guarded by mutex_
  std::uint64_t taken_by_peers_ = 0;  // guarded by mutex_
  AcceptQueueHistory history_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_LISTENER_H_
