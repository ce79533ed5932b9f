#include "weir/reactor/kernel/netns_counters.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace weir {
namespace {

NetnsCounters Read(const std::string& text) {
  const std::string proc =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  for (const char* folder : {"", "/thread-self", "/thread-self/net"}) {
    ::mkdir((proc + folder).c_str(), 0700);
  }
  std::ofstream(proc + "/thread-self/net/netstat") << text;
  return ReadNetnsCounters(proc);
}

std::optional<std::uint64_t> Of(const NetnsCounters& counters, NetnsCounter counter) {
  return counters[static_cast<std::size_t>(counter)];
}

TEST(NetnsCountersTest, ReadsByNameWhateverTheirPlaceAndOfTcpExtAlone) {
  const NetnsCounters counters = Read(
      "TcpExt: SyncookiesSent Other ListenDrops ListenOverflows TCPMigrateReqSuccess\n"
      "TcpExt: 1 2 18446744073709551615 4 0\n"
      "IpExt: InNoRoutes SyncookiesRecv\n"
      "IpExt: 5 6\n");
  EXPECT_EQ(Of(counters, NetnsCounter::kSyncookiesSent), 1u);
  EXPECT_EQ(Of(counters, NetnsCounter::kListenDrops), 18446744073709551615u);
  EXPECT_EQ(Of(counters, NetnsCounter::kListenOverflows), 4u);
  EXPECT_EQ(Of(counters, NetnsCounter::kMigrateReqSuccess), 0u);
  EXPECT_EQ(Of(counters, NetnsCounter::kSyncookiesRecv), std::nullopt);
}

TEST(NetnsCountersTest, LeavesOutWhatMakesNoSense) {
  for (const char* text :
       {"", "TcpExt:\n", "TcpExt: ListenDrops\n", "TcpExt: ListenDrops\nTcpExt:\n",
        "TcpExt: ListenDrops\nTcpExt: -1\n", "TcpExt: ListenDrops\nTcpExt: 1x\n",
        "TcpExt: ListenDrops\nIpExt: 1\n"}) {
    const NetnsCounters counters = Read(text);
    EXPECT_EQ(Of(counters, NetnsCounter::kListenDrops), std::nullopt) << text;
  }
  EXPECT_EQ(Of(ReadNetnsCounters("/nonexistent"), NetnsCounter::kListenDrops), std::nullopt);
}

TEST(NetnsCountersTest, TheKernelHereHasThem) {
  const NetnsCounters counters = ReadNetnsCounters();
  // Those of migration came with 5.14; the others are older than any kernel that is supported.
  for (std::size_t i = 0; i < static_cast<std::size_t>(NetnsCounter::kMigrateReqSuccess); ++i) {
    EXPECT_TRUE(counters[i].has_value()) << Name(static_cast<NetnsCounter>(i));
  }
}

TEST(NetnsCountersTest, TellsWhatHasMoved) {
  NetnsCounters before;
  NetnsCounters now;
  before[0] = 5;
  now[0] = 12;
  before[1] = 9;
  now[1] = 8;
  now[2] = 3;
  before[3] = 3;
  const NetnsCounters moved = Since(before, now);
  EXPECT_EQ(moved[0], 7u);
  EXPECT_EQ(moved[1], 0u);
  EXPECT_EQ(moved[2], std::nullopt);
  EXPECT_EQ(moved[3], std::nullopt);
}

}  // namespace
}  // namespace weir
