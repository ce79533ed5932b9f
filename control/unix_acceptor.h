// Accepts connections on a Unix socket, and knows whose they are.

#ifndef WEIR_CONTROL_UNIX_ACCEPTOR_H_
#define WEIR_CONTROL_UNIX_ACCEPTOR_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "absl/status/statusor.h"

namespace weir {

// gRPC does not tell the user id of a caller, so the connection is accepted here, and handed on
// with it. One thread of its own; the counters are for any thread.
class UnixAcceptor {
 public:
  // Takes over `fd`, or returns false, and it is closed. Called in the acceptor's thread.
  using Take = std::function<bool(uid_t uid, int fd)>;

  // Binds `path` and listens. At most `max_connections` are open at a time: one more is closed at
  // once. INTERNAL for an error of a system call.
  static absl::StatusOr<std::unique_ptr<UnixAcceptor>> Listen(const std::string& path,
                                                              std::size_t max_connections);
  ~UnixAcceptor();
  UnixAcceptor(const UnixAcceptor&) = delete;
  UnixAcceptor& operator=(const UnixAcceptor&) = delete;

  // Begins to accept.
  void Start(Take take);
  // Accepts no more, and waits for the thread. Connections that were handed on stay.
  void Stop();

  // Connections closed at once, for their number or because `take` did not want them.
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  UnixAcceptor(int listener, int epoll, int stop, std::size_t max_connections)
      : listener_(listener), epoll_(epoll), stop_(stop), max_connections_(max_connections) {}

  void Run();
  void AcceptOne();
  void Watch(int fd);

  const int listener_;
  const int epoll_;
  const int stop_;  // an eventfd
  const std::size_t max_connections_;
  Take take_;
  // Duplicates of what was handed on: the kernel reports on them when gRPC shuts the socket down,
  // or its peer does.
  std::unordered_set<int> open_;
  std::atomic<std::uint64_t> refused_{0};
  std::thread thread_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_UNIX_ACCEPTOR_H_
