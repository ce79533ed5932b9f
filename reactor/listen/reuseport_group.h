// The listeners that share an address, and which of them new connections go to.

#ifndef WEIR_REACTOR_LISTEN_REUSEPORT_GROUP_H_
#define WEIR_REACTOR_LISTEN_REUSEPORT_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "weir/reactor/listen/steering_program.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir {

// Why new connections are steered away from a member. Both may hold at once.
enum class SteeredAway : std::uint8_t {
  kDraining = 1,  // for good: it is about to be closed
  kStalled = 2,   // until its reactor turns again
};

struct SteeringState {
  Distribution distribution = Distribution::kHash;
  std::uint32_t members = 0;            // listening now
  std::uint32_t taking = 0;             // of these: new connections go to
  std::uint32_t dropping_syns = 0;      // of these: they take no SYN at all, for they are to close
  std::uint64_t programs_attached = 0;  // changes that the kernel took, detaching included
  std::uint64_t failures = 0;           // changes that it refused; the previous one stayed in force
  std::string error;                    // of the newest change, if the kernel refused it
};

// Keeps the kernel's steering program (SO_ATTACH_REUSEPORT_CBPF, socket(7); no privilege is needed)
// in step with what is asked for. The kernel numbers the members in the order of listen(2), and
// moves the last into the place of one that is closed (reuseport_add_sock and
// reuseport_detach_sock in net/core/sock_reuseport.c): every listener of the group must join at
// once after its listen(2), and be closed through CloseMember. A member of another process would
// have a number that this does not know: it then gets connections by hash alone.
//
// Any thread may call any method; each takes a lock and a system call or two (8 us).
class ReuseportGroup {
 public:
  explicit ReuseportGroup(Syscalls* syscalls) noexcept : syscalls_(syscalls) {}
  ReuseportGroup(const ReuseportGroup&) = delete;
  ReuseportGroup& operator=(const ReuseportGroup&) = delete;

  // Takes over the listening socket; returns its member number, counted from 0. `weight` is for
  // Distribution::kWeighted; 0 gives it nothing there.
  std::uint32_t Join(int fd, std::uint32_t weight = 1);

  // Each makes the change at once, for connections whose SYN comes from then on. After an error
  // (INTERNAL or RESOURCE_EXHAUSTED, with the call) the kernel still works by the previous program.
  absl::Status SetDistribution(Distribution distribution);
  // When every member drains, there is nowhere to steer to. New SYNs are then dropped, so that the
  // queues run empty; their clients try again after a second. Newer kernels want CAP_NET_ADMIN for
  // that; without it a connection that comes in the microseconds between the last look at a queue
  // and its close is reset. With every member stalled and none draining, nothing is steered.
  absl::Status SetSteeredAway(std::uint32_t member, SteeredAway reason, bool away);

  // Closes the socket of a member, with a program around it that is right before and after it. What
  // is queued there is reset, or moved to a sibling where net.ipv4.tcp_migrate_req is 1: steer away
  // and accept until the queue is empty first.
  void CloseMember(std::uint32_t member);

  bool IsSteeredAway(std::uint32_t member) const;
  SteeringState state() const;

 private:
  struct Member {
    int fd = -1;
    std::uint32_t weight = 1;
    std::uint8_t away = 0;  // of SteeredAway
    bool drops_syns = false;
  };

  // All with mutex_ held.
  SteeringPlan Plan() const;
  SteeringPlan PlanAround(std::size_t slot) const;  // right before and after that slot is closed
  absl::Status Apply();
  absl::Status Attach(const std::vector<sock_filter>& program);
  absl::Status DropSyns();
  bool AllDraining() const;

  Syscalls* const syscalls_;
  mutable std::mutex mutex_;
  Distribution distribution_ = Distribution::kHash;
  std::vector<Member> members_;
  std::vector<std::uint32_t> slots_;  // members in the kernel's order
  bool attached_ = false;
  std::uint64_t programs_attached_ = 0;
  std::uint64_t failures_ = 0;
  std::string error_;  // of the newest attempt
};

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_REUSEPORT_GROUP_H_
