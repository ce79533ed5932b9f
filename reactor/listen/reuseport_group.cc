#include "weir/reactor/listen/reuseport_group.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

absl::Status Failure(const char* what, int error) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(error));
  if (error != ENOMEM && error != ENOBUFS) return absl::InternalError(text);
  return absl::ResourceExhaustedError(
      absl::StrCat(text, "; net.core.optmem_max bounds the program, which grows with the group"));
}

}  // namespace

std::uint32_t ReuseportGroup::Join(int fd, std::uint32_t weight) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto member = static_cast<std::uint32_t>(members_.size());
  members_.push_back({fd, weight});
  slots_.push_back(member);
  (void)Apply();  // counted if it fails
  return member;
}

SteeringPlan ReuseportGroup::Plan() const {
  SteeringPlan plan;
  plan.distribution = distribution_;
  plan.members = static_cast<std::uint32_t>(members_.size());
  for (const std::uint32_t member : slots_) {
    plan.slots.push_back({member, members_[member].weight, members_[member].away == 0});
  }
  return plan;
}

// The last one is about to take the slot: until it has, neither number may be chosen. If no other
// takes connections, the last number is: once the kernel has moved it, it is out of range, and the
// kernel's hash chooses.
SteeringPlan ReuseportGroup::PlanAround(std::size_t slot) const {
  SteeringPlan plan = Plan();
  plan.slots[slot].takes = false;
  const bool last_takes = plan.slots.back().takes;
  plan.slots.back().takes = false;
  const bool others_take = std::any_of(plan.slots.begin(), plan.slots.end(),
                                       [](const SteeringSlot& it) { return it.takes; });
  if (!others_take) plan.slots.back().takes = last_takes;
  return plan;
}

absl::Status ReuseportGroup::Apply() { return Attach(BuildSteeringProgram(Plan())); }

absl::Status ReuseportGroup::Attach(const std::vector<sock_filter>& program) {
  if (slots_.empty() || (program.empty() && !attached_)) {
    error_.clear();  // nothing is wanted of the kernel
    return absl::OkStatus();
  }
  const int fd = members_[slots_.front()].fd;  // any member will do
  sock_fprog argument{};
  argument.len = static_cast<unsigned short>(program.size());
  argument.filter = const_cast<sock_filter*>(program.data());
  const int nothing = 0;
  const int result = program.empty()
                         ? syscalls_->SetSockOpt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &nothing,
                                                 sizeof(nothing))
                         : syscalls_->SetSockOpt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
                                                 &argument, sizeof(argument));
  if (result != 0) {
    const int error = errno;
    ++failures_;
    absl::Status status =
        Failure(program.empty() ? "SO_DETACH_REUSEPORT_BPF" : "SO_ATTACH_REUSEPORT_CBPF", error);
    error_ = std::string(status.message());
    return status;
  }
  error_.clear();
  attached_ = !program.empty();
  ++programs_attached_;
  return absl::OkStatus();
}

bool ReuseportGroup::AllDraining() const {
  return std::all_of(slots_.begin(), slots_.end(), [this](std::uint32_t member) {
    return (members_[member].away & static_cast<std::uint8_t>(SteeredAway::kDraining)) != 0;
  });
}

absl::Status ReuseportGroup::DropSyns() {
  std::vector<sock_filter> program = BuildSynDropProgram();
  sock_fprog argument{};
  argument.len = static_cast<unsigned short>(program.size());
  argument.filter = program.data();
  absl::Status status;
  for (const std::uint32_t slot : slots_) {
    Member& member = members_[slot];
    if (member.drops_syns) continue;
    if (syscalls_->SetSockOpt(member.fd, SOL_SOCKET, SO_ATTACH_FILTER, &argument,
                              sizeof(argument)) == 0) {
      member.drops_syns = true;
    } else if (errno != EPERM) {
      status = Failure("SO_ATTACH_FILTER", errno);
      ++failures_;
    }
  }
  return status;
}

absl::Status ReuseportGroup::SetDistribution(Distribution distribution) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (distribution == distribution_ && error_.empty()) return absl::OkStatus();
  distribution_ = distribution;
  return Apply();
}

absl::Status ReuseportGroup::SetSteeredAway(std::uint32_t member, SteeredAway reason, bool away) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Member& it = members_[member];
  const auto bit = static_cast<std::uint8_t>(reason);
  const auto next = static_cast<std::uint8_t>(away ? it.away | bit : it.away & ~bit);
  if (it.fd < 0 || next == it.away) return absl::OkStatus();
  it.away = next;
  if (AllDraining()) return DropSyns();
  return Apply();
}

void ReuseportGroup::CloseMember(std::uint32_t member) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Member& it = members_[member];
  if (it.fd < 0) return;
  const auto slot = std::find(slots_.begin(), slots_.end(), member);
  (void)Attach(BuildSteeringProgram(PlanAround(static_cast<std::size_t>(slot - slots_.begin()))));
  (void)syscalls_->Close(it.fd);  // Linux frees the descriptor whatever close(2) returns
  it.fd = -1;
  *slot = slots_.back();
  slots_.pop_back();
  (void)Apply();
}

bool ReuseportGroup::IsSteeredAway(std::uint32_t member) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return members_[member].away != 0;
}

SteeringState ReuseportGroup::state() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  SteeringState state;
  state.distribution = distribution_;
  state.members = static_cast<std::uint32_t>(slots_.size());
  for (const std::uint32_t member : slots_) {
    state.taking += members_[member].away == 0 ? 1 : 0;
    state.dropping_syns += members_[member].drops_syns ? 1 : 0;
  }
  state.programs_attached = programs_attached_;
  state.failures = failures_;
  state.error = error_;
  return state;
}

}  // namespace weir
