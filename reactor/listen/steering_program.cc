#include "weir/reactor/listen/steering_program.h"

#include <algorithm>
#include <cstddef>

namespace weir {
namespace {

using Program = std::vector<sock_filter>;

sock_filter Load(int ancillary) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + ancillary));
}
sock_filter Modulo(std::uint32_t by) { return BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, by); }
sock_filter Return(std::uint32_t slot) { return BPF_STMT(BPF_RET | BPF_K, slot); }
sock_filter ReturnA() { return BPF_STMT(BPF_RET | BPF_A, 0); }
// Skips the next instruction unless A is `value`.
sock_filter OnlyIfEqual(std::uint32_t value) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}

std::uint64_t TotalWeight(const std::vector<SteeringSlot>& slots) {
  std::uint64_t total = 0;
  for (const SteeringSlot& slot : slots) total += slot.takes ? slot.weight : 0;
  return total;
}

// A number below the count of open slots, moved past each closed one below it.
void AppendUniform(const std::vector<SteeringSlot>& slots, std::uint32_t open, Program* program) {
  program->push_back(Load(SKF_AD_RANDOM));
  program->push_back(Modulo(open));
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    if (slots[i].takes) continue;
    program->push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, i, 0, 1));
    program->push_back(BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1));
  }
  program->push_back(ReturnA());
}

// A number below the sum of the weights, compared with each running sum.
void AppendWeighted(const std::vector<SteeringSlot>& slots, std::uint32_t total, Program* program) {
  program->push_back(Load(SKF_AD_RANDOM));
  program->push_back(Modulo(total));
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].takes || slots[i].weight == 0) continue;
    sum += slots[i].weight;
    if (sum < total) program->push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, sum, 1, 0));
    program->push_back(Return(i));
  }
}

// The member of that number; goes on behind the last instruction if it takes none.
void AppendByCpu(const SteeringPlan& plan, Program* program) {
  const auto members = std::max<std::uint32_t>(plan.members, 1);
  program->push_back(Load(SKF_AD_CPU));
  program->push_back(Modulo(members));
  std::vector<std::size_t> jumps;
  for (std::uint32_t member = 0; member < members; ++member) {
    const auto slot = std::find_if(plan.slots.begin(), plan.slots.end(),
                                   [&](const auto& it) { return it.member == member && it.takes; });
    const auto index = static_cast<std::uint32_t>(slot - plan.slots.begin());
    if (slot != plan.slots.end() && index == member) continue;
    program->push_back(OnlyIfEqual(member));
    if (slot == plan.slots.end()) jumps.push_back(program->size());
    program->push_back(Return(index));
  }
  program->push_back(ReturnA());
  for (const std::size_t at : jumps) {
    const auto distance = static_cast<std::uint32_t>(program->size() - at - 1);
    (*program)[at] = BPF_STMT(BPF_JMP | BPF_JA, distance);
  }
}

}  // namespace

std::vector<sock_filter> BuildSteeringProgram(const SteeringPlan& plan) {
  Program program;
  const auto open = static_cast<std::uint32_t>(std::count_if(
      plan.slots.begin(), plan.slots.end(), [](const SteeringSlot& slot) { return slot.takes; }));
  if (open == 0) return program;
  if (plan.distribution == Distribution::kHash && open == plan.slots.size()) return program;
  if (plan.distribution == Distribution::kCpu) AppendByCpu(plan, &program);
  const auto total = static_cast<std::uint32_t>(TotalWeight(plan.slots));
  if (plan.distribution == Distribution::kWeighted && total != 0) {
    AppendWeighted(plan.slots, total, &program);
  } else {
    AppendUniform(plan.slots, open, &program);
  }
  return program;
}

std::vector<sock_filter> BuildSynDropProgram() {
  constexpr std::uint32_t kFlagsOffset = 13;  // RFC 9293 3.1
  constexpr std::uint32_t kSyn = 0x02;
  constexpr std::uint32_t kAck = 0x10;
  return {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsOffset),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSyn | kAck),
      OnlyIfEqual(kSyn),
      Return(0),
      Return(0xffffffff),
  };
}

}  // namespace weir
