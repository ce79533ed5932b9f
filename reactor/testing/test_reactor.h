// A reactor that a test steps, with a fake clock and system calls that can fail.

#ifndef WEIR_REACTOR_TESTING_TEST_REACTOR_H_
#define WEIR_REACTOR_TESTING_TEST_REACTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/reactor/handler.h"
#include "weir/reactor/limits_store.h"
#include "weir/reactor/loop/reactor.h"
#include "weir/reactor/testing/fake_clock.h"
#include "weir/reactor/testing/faulty_syscalls.h"
#include "weir/reactor/testing/test_client.h"

namespace weir::test {

// A group that the reactor's listener joins, and the port of its members.
struct SharedListeners {
  ReuseportGroup* group = nullptr;
  std::uint16_t port = 0;
  int others = 0;                         // further listeners, each at a port of its own
  std::vector<std::string> proxies = {};  // of the first: ListenerOptions::proxies
  std::shared_ptr<SharedSocket> unix_socket = nullptr;  // another listener, which shares it, if any
  // Of the first: ListenerOptions::max_connections_per_listener, and the group's count.
  std::optional<std::uint64_t> max_connections = {};
  std::shared_ptr<Listener::OpenCount> open_count = nullptr;
};

// Listens on 127.0.0.1 at a port of the kernel's choice, or at that of `shared`. Nothing runs but
// in Tick. One thread.
class TestReactor {
 public:
  explicit TestReactor(AnyHandler handler, const Limits& limits = Limits(),
                       const SharedListeners& shared = {});
  // Fails the test if a connection has gone from one state to another that may not follow it.
  ~TestReactor();

  // One turn of the loop without waiting, `times` times.
  void Tick(int times = 1);
  // Moves the clock, then one turn.
  void AdvanceMs(std::int64_t ms);
  // Publishes an edit of the limits, which must be valid.
  void SetLimits(const LimitsStore::Edit& edit);
  // The same of a limit of that listener alone, for `ttl_ms`; 0: for good.
  void SetLimitOf(std::size_t listener, const char* name, std::optional<std::uint64_t> value,
                  std::uint64_t ttl_ms = 0);

  LimitsStore& limits() { return limits_; }

  // A client on a socket pair: what it sends can be read at the next Tick.
  TestClient Connect();
  // A client through the kernel's accept queue.
  TestClient ConnectTcp() { return TestClient::ConnectIpv4(port()); }
  // So many of them, each of which has sent `bytes`.
  std::vector<TestClient> ConnectMany(int count, std::string_view bytes);

  ReactorStats Stats() const { return reactor_->Stats(); }
  std::vector<BadRequest> BadRequests() const { return reactor_->BadRequests(); }
  std::uint64_t Count(Counter counter) const;
  std::uint64_t Count(CloseReason reason) const;
  std::uint64_t Count(ParseError error) const;
  std::uint64_t Count(RefuseReason reason) const;

  FakeClock& clock() { return clock_; }
  FaultySyscalls& syscalls() { return syscalls_; }
  std::uint16_t port(std::size_t listener = 0) const { return ports_[listener]; }
  Reactor& reactor() { return *reactor_; }
  const TransitionLog& transitions() const { return transitions_; }
  std::uint64_t open_connections() const { return admission_->open_connections.load(); }
  // As if other reactors of the server had so many connections more.
  void TakePlaces(int places) {
    admission_->open_connections += static_cast<std::uint64_t>(places);
  }
  // What all reactors of the server share.
  SharedAdmission& admission() { return *admission_; }
  // Open connections that came to that listener of the reactor.
  std::uint64_t open_at(std::size_t listener) const {
    return Stats().listener_queues[listener].connections_active;
  }
  // What the connections of all reactors of the server hold, of which this is one.
  std::atomic<std::uint64_t>& buffered_bytes() { return buffered_bytes_; }
  // Ends the reactor: ResponseWriters may still be around.
  void Destroy() { reactor_ = nullptr; }

 private:
  TransitionLog transitions_;
  FakeClock clock_;
  FaultySyscalls syscalls_;
  const AnyHandler handler_;
  LimitsStore limits_;
  // Apart, since it is aligned to a cache line, and gcc 12's AddressSanitizer aligns no local so
  // far.
  const std::unique_ptr<SharedAdmission> admission_ = std::make_unique<SharedAdmission>();
  std::atomic<std::uint64_t> buffered_bytes_{0};
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> names_;
  std::unique_ptr<Reactor> reactor_;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_TEST_REACTOR_H_
