// The programs, run by an interpreter of the few instructions that they use.
#include "weir/reactor/listen/steering_program.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace weir {
namespace {

constexpr std::uint32_t kBroken = 0xdeadbeef;

struct Input {
  std::uint32_t cpu = 0;
  std::uint32_t random = 0;
  std::uint8_t tcp_flags = 0;
};

std::uint32_t LoadFor(const sock_filter& it, const Input& input) {
  if (it.k == static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_CPU)) return input.cpu;
  if (it.k == static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)) return input.random;
  return input.tcp_flags;
}

// What the program returns; kBroken for an instruction that the kernel would not take.
std::uint32_t Interpret(const std::vector<sock_filter>& program, const Input& input) {
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& it = program[pc];
    switch (it.code) {
      case BPF_LD | BPF_W | BPF_ABS:
      case BPF_LD | BPF_B | BPF_ABS:
        a = LoadFor(it, input);
        break;
      case BPF_ALU | BPF_MOD | BPF_K:
        if (it.k == 0) return kBroken;
        a %= it.k;
        break;
      case BPF_ALU | BPF_ADD | BPF_K:
        a += it.k;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= it.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += a == it.k ? it.jt : it.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += a >= it.k ? it.jt : it.jf;
        break;
      case BPF_JMP | BPF_JA:
        pc += it.k;
        break;
      case BPF_RET | BPF_K:
        return it.k;
      case BPF_RET | BPF_A:
        return a;
      default:
        return kBroken;
    }
  }
  return kBroken;
}

SteeringPlan PlanOf(Distribution distribution, std::uint32_t members) {
  SteeringPlan plan;
  plan.distribution = distribution;
  plan.members = members;
  for (std::uint32_t i = 0; i < members; ++i) plan.slots.push_back({i, 1, true});
  return plan;
}

// How often each slot is chosen over `total` numbers in a row.
std::map<std::uint32_t, std::uint32_t> Choices(const SteeringPlan& plan, std::uint32_t total,
                                               std::uint32_t cpu = 0) {
  const auto program = BuildSteeringProgram(plan);
  std::map<std::uint32_t, std::uint32_t> choices;
  for (std::uint32_t i = 0; i < total; ++i) ++choices[Interpret(program, {cpu, i})];
  return choices;
}

using Counts = std::map<std::uint32_t, std::uint32_t>;

TEST(SteeringProgramTest, LeavesTheHashToTheKernel) {
  EXPECT_TRUE(BuildSteeringProgram(PlanOf(Distribution::kHash, 4)).empty());
  EXPECT_TRUE(BuildSteeringProgram(SteeringPlan()).empty());
}

TEST(SteeringProgramTest, HasNoProgramWhenNoSlotIsOpen) {
  for (const auto mode : {Distribution::kHash, Distribution::kCpu, Distribution::kWeighted}) {
    SteeringPlan plan = PlanOf(mode, 2);
    plan.slots[0].takes = plan.slots[1].takes = false;
    EXPECT_TRUE(BuildSteeringProgram(plan).empty());
  }
}

TEST(SteeringProgramTest, SpreadsEvenlyOverTheOpenSlots) {
  SteeringPlan plan = PlanOf(Distribution::kHash, 5);
  plan.slots[1].takes = plan.slots[4].takes = false;
  EXPECT_EQ(Choices(plan, 30), (Counts{{0, 10}, {2, 10}, {3, 10}}));
  plan.slots[0].takes = plan.slots[2].takes = false;
  EXPECT_EQ(Choices(plan, 30), (Counts{{3, 30}}));
}

TEST(SteeringProgramTest, FollowsTheWeights) {
  SteeringPlan plan = PlanOf(Distribution::kWeighted, 4);
  plan.slots[0].weight = 70;
  plan.slots[1].weight = 25;
  plan.slots[2].weight = 0;
  plan.slots[3].weight = 5;
  EXPECT_EQ(Choices(plan, 100), (Counts{{0, 70}, {1, 25}, {3, 5}}));
  plan.slots[0].takes = false;
  EXPECT_EQ(Choices(plan, 30), (Counts{{1, 25}, {3, 5}}));
  plan.slots[1].takes = plan.slots[3].takes = false;  // what is left has no weight
  EXPECT_EQ(Choices(plan, 30), (Counts{{2, 30}}));
}

TEST(SteeringProgramTest, ChoosesTheMemberOfTheCpu) {
  SteeringPlan plan = PlanOf(Distribution::kCpu, 3);
  for (std::uint32_t cpu = 0; cpu < 9; ++cpu) {
    EXPECT_EQ(Choices(plan, 8, cpu), (Counts{{cpu % 3, 8}}));
  }
}

TEST(SteeringProgramTest, ByCpuFindsAMemberThatHasMoved) {
  // Member 0 was closed, and the last moved into its slot.
  SteeringPlan plan;
  plan.distribution = Distribution::kCpu;
  plan.members = 3;
  plan.slots = {{2, 1, true}, {1, 1, true}};
  EXPECT_EQ(Choices(plan, 8, 2), (Counts{{0, 8}}));
  EXPECT_EQ(Choices(plan, 8, 1), (Counts{{1, 8}}));
  EXPECT_EQ(Choices(plan, 8, 0), (Counts{{0, 4}, {1, 4}}));  // its own CPU: any of the others
  plan.slots[0].takes = false;
  for (const std::uint32_t cpu : {0u, 1u, 2u}) EXPECT_EQ(Choices(plan, 8, cpu), (Counts{{1, 8}}));
}

TEST(SteeringProgramTest, TheLargestGroupFits) {
  for (const auto mode : {Distribution::kHash, Distribution::kCpu, Distribution::kWeighted}) {
    SteeringPlan plan = PlanOf(mode, 1024);
    for (std::uint32_t i = 0; i < 1024; i += 2) plan.slots[i].takes = false;
    const auto program = BuildSteeringProgram(plan);
    EXPECT_LE(program.size(), static_cast<std::size_t>(BPF_MAXINSNS));
    for (std::uint32_t i = 0; i < 4096; ++i) EXPECT_EQ(Interpret(program, {i, i}) % 2, 1u);
  }
}

TEST(SteeringProgramTest, DropsSynsAlone) {
  const auto program = BuildSynDropProgram();
  constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16, kEce = 64, kCwr = 128;
  EXPECT_EQ(Interpret(program, {0, 0, kSyn}), 0u);
  EXPECT_EQ(Interpret(program, {0, 0, kSyn | kEce | kCwr}), 0u);  // with ECN (RFC 3168 6.1.1)
  for (const std::uint8_t flags :
       {kAck, kRst, std::uint8_t{kFin | kAck}, std::uint8_t{kSyn | kAck}}) {
    EXPECT_EQ(Interpret(program, {0, 0, flags}), 0xffffffffu);
  }
}

}  // namespace
}  // namespace weir
