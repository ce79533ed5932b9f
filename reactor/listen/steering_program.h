// Classic BPF programs that choose the listener of a SO_REUSEPORT group for a new connection.

#ifndef WEIR_REACTOR_LISTEN_STEERING_PROGRAM_H_
#define WEIR_REACTOR_LISTEN_STEERING_PROGRAM_H_

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "weir/reactor/limits.h"

namespace weir {

// One slot of the kernel's array of listeners (struct sock_reuseport).
struct SteeringSlot {
  std::uint32_t member = 0;  // whose listener it is
  std::uint32_t weight = 1;  // for kWeighted
  bool takes = true;         // whether new connections may go there
};

struct SteeringPlan {
  Distribution distribution = Distribution::kHash;
  std::uint32_t members = 0;        // that the group began with: kCpu counts by them
  std::vector<SteeringSlot> slots;  // in the kernel's order
};

// The program for SO_ATTACH_REUSEPORT_CBPF, which returns the index of a slot. Empty where the
// kernel's own hash does: kHash with every slot open, or no slot that takes connections.
//
// With a slot closed, kHash becomes a choice at random among the others: a program can't see the
// kernel's hash. So does kCpu for the CPUs whose member is gone. At random has its own merit: a
// client's second SYN is not bound to the full queue that dropped its first.
//
// At most 4 + 2 instructions for each slot and each member: the kernel takes 4096 (BPF_MAXINSNS),
// and as many bytes as net.core.optmem_max allows.
std::vector<sock_filter> BuildSteeringProgram(const SteeringPlan& plan);

// The program for SO_ATTACH_FILTER that drops SYNs and nothing else, so that handshakes under way
// are finished while a listener takes no new ones. Clients try again after a second. The kernel
// runs it on the segment, header first (tcp_filter in net/ipv4/tcp_ipv4.c).
std::vector<sock_filter> BuildSynDropProgram();

}  // namespace weir

#endif  // WEIR_REACTOR_LISTEN_STEERING_PROGRAM_H_
