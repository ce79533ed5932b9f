// Every system call of every way through a server, failing with each error that it can have.
#include "weir/reactor/faults/fault_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/faults/opening.h"
#include "weir/reactor/faults/scenarios.h"
#include "weir/reactor/kernel/descriptor_count.h"

namespace weir::test {
namespace {

using testing::HasSubstr;

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all = ConnectionScenarios();
  for (const auto& more : {AcceptScenarios(), LentScenarios()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<MadeCall> CallsOf(const Scenario& scenario) {
  FaultyRun run{{}};
  scenario.play(&run);
  return run.calls();
}

testing::Message Describe(const char* name, const Fault& fault, int detail) {
  return testing::Message() << name << ": call " << static_cast<int>(fault.call) << " detail "
                            << detail << " #" << fault.skip << (fault.lasts ? " lastingly: " : ": ")
                            << std::strerror(fault.error);
}

class FaultTableTest : public testing::TestWithParam<Scenario> {
 protected:
  // sendfile(2) raises SIGPIPE where the client has gone: reactors' threads block it.
  FaultTableTest() { ::signal(SIGPIPE, SIG_IGN); }
  ~FaultTableTest() override { ::signal(SIGPIPE, SIG_DFL); }

  void PlayWith(const Fault& fault, int detail) {
    SCOPED_TRACE(Describe(GetParam().name, fault, detail));
    const auto before = CountDescriptorEntries();
    {
      FaultyRun run{fault};
      GetParam().play(&run);
    }
    EXPECT_EQ(CountDescriptorEntries(), before);
  }
};

TEST_P(FaultTableTest, EndsWellWhateverFails) {
  std::array<int, kCallCount> made{};
  for (const MadeCall& call : CallsOf(GetParam())) {
    const FaultRow* const row = FindFaultRow(call);
    ASSERT_NE(row, nullptr) << static_cast<int>(call.call) << " has no row for " << call.detail;
    const int skip = made[static_cast<std::size_t>(call.call)]++;
    for (const int error : row->errors) {
      PlayWith({call.call, error, skip, false}, call.detail);
      if (MayLast(*row, error)) PlayWith({call.call, error, skip, true}, call.detail);
      if (HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, FaultTableTest, testing::ValuesIn(AllScenarios()),
                         [](const auto& info) { return std::string(info.param.name); });

std::vector<MadeCall> CallsOf(const Opening& opening) {
  FaultySyscalls syscalls;
  syscalls.Record();
  const absl::Status status = opening.play(&syscalls);
  EXPECT_TRUE(status.ok()) << status;
  return syscalls.record();
}

class OpeningFaultsTest : public testing::TestWithParam<Opening> {
 protected:
  static void PlayWith(const Fault& fault, int detail) {
    SCOPED_TRACE(Describe(GetParam().name, fault, detail));
    const auto before = CountDescriptorEntries();
    FaultySyscalls syscalls;
    syscalls.Fail(fault.call, fault.error, fault.skip);
    const absl::Status status = GetParam().play(&syscalls);
    EXPECT_EQ(CountDescriptorEntries(), before);
    // Whatever keeps a server from starting is told, with the call or what it was for.
    if (!status.ok()) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(": "));
    }
    EXPECT_TRUE(GetParam().play(Syscalls::System()).ok());
  }
};

TEST_P(OpeningFaultsTest, SaysWhatFailedAndLeavesNothing) {
  std::array<int, kCallCount> made{};
  for (const MadeCall& call : CallsOf(GetParam())) {
    const FaultRow* const row = FindFaultRow(call);
    ASSERT_NE(row, nullptr) << static_cast<int>(call.call) << " has no row for " << call.detail;
    const int skip = made[static_cast<std::size_t>(call.call)]++;
    for (const int error : row->errors) PlayWith({call.call, error, skip, false}, call.detail);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, OpeningFaultsTest, testing::ValuesIn(Openings()),
                         [](const auto& info) { return std::string(info.param.name); });

using UsesOfCalls = std::set<std::pair<Call, int>>;

template <typename Played>
void AddUses(const std::vector<Played>& all, UsesOfCalls* uses) {
  for (const Played& played : all) {
    for (const MadeCall& call : CallsOf(played)) uses->emplace(call.call, call.detail);
  }
}

TEST(FaultTableTest, HasNoRowThatNothingReaches) {
  UsesOfCalls uses = {{Call::kPoll, 0}};  // only while epoll_wait fails
  AddUses(AllScenarios(), &uses);
  AddUses(Openings(), &uses);
  for (const FaultRow& row : FaultTable()) {
    EXPECT_EQ(uses.count({row.call, row.detail}), 1u)
        << static_cast<int>(row.call) << " " << row.detail;
  }
}

TEST(FaultTableTest, HasARowForEachCall) {
  for (std::size_t i = 0; i < kCallCount; ++i) {
    bool found = false;
    for (const FaultRow& row : FaultTable()) found = found || row.call == static_cast<Call>(i);
    EXPECT_TRUE(found) << "call " << i;
  }
}

}  // namespace
}  // namespace weir::test
