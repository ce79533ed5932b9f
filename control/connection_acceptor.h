// Accepts the connections of the control plane before gRPC has them: bounded, and counted.

#ifndef WEIR_CONTROL_CONNECTION_ACCEPTOR_H_
#define WEIR_CONTROL_CONNECTION_ACCEPTOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_set>

#include "absl/status/statusor.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

// gRPC bounds its connections by nothing but descriptors, which are the service's too, and does not
// tell the user id of a caller. So each is accepted here and handed on. One thread of its own; the
// counters are for any thread.
class ConnectionAcceptor {
 public:
  // Takes over `fd`, or returns false, and it is closed. Called in the acceptor's thread.
  using Take = std::function<bool(int fd)>;

  // How many may be open at a time. Called in the acceptor's thread, for each that comes.
  using Most = std::function<std::uint64_t()>;

  // `listener` listens and does not block. One more than `most` is closed at once; those that are
  // open stay when it falls. INTERNAL for an error of a system call.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Create(UniqueFd listener, Most most);
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  // Begins to accept.
  void Start(Take take);
  // Accepts no more, and waits for the thread. Connections that were handed on stay.
  void Stop();

  // All connections, those included that were closed at once.
  std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }
  // Closed at once, for their number or because `take` did not want them.
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  // Times that accepting waited for descriptors or memory: connections stay queued meanwhile.
  std::uint64_t pauses() const noexcept { return pauses_.load(std::memory_order_relaxed); }

 private:
  ConnectionAcceptor(UniqueFd listener, UniqueFd epoll, UniqueFd stop, Most most)
      : listener_(std::move(listener)),
        epoll_(std::move(epoll)),
        stop_(std::move(stop)),
        most_(std::move(most)) {}

  bool Watch(int fd, std::uint32_t events) const;
  void Run();
  void AcceptOne();
  void Pause();
  void Keep(int fd);
  void Forget(int fd);

  const UniqueFd listener_;
  const UniqueFd epoll_;
  const UniqueFd stop_;  // an eventfd
  const Most most_;
  Take take_;
  bool paused_ = false;  // for want of descriptors; the acceptor's thread's
  // Duplicates of what was handed on: the kernel reports on them when gRPC shuts the socket down,
  // or its peer does.
  std::unordered_set<int> open_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> pauses_{0};
  std::thread thread_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_CONNECTION_ACCEPTOR_H_
