#include "weir/control/diagnose/host_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/control/diagnose/rules_of.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A host that nothing is wrong with.
HostFacts Sound() {
  HostFacts host;
  host.somaxconn = 4096;
  host.tcp_max_syn_backlog = 512;
  host.tcp_syncookies = 1;
  host.tcp_abort_on_overflow = 0;
  host.tcp_migrate_req = 1;
  host.port_low = 32768;
  host.port_high = 60999;
  host.descriptors = 20000;
  host.files_open = 1000;
  host.files_max = 100000;
  host.cpus_affinity = 2;
  return host;
}

std::vector<std::string> RulesOf(const HostFacts& host) {
  return test::RulesOf(CheckHost(host), "host");
}

TEST(HostRulesTest, ASoundHostAndAnUnknownOneHaveNoFinding) {
  EXPECT_THAT(RulesOf(Sound()), IsEmpty());
  EXPECT_THAT(RulesOf(HostFacts()), IsEmpty());
}

TEST(HostRulesTest, SmallSomaxconn) {
  HostFacts host = Sound();
  host.somaxconn = 129;
  EXPECT_THAT(RulesOf(host), IsEmpty());
  host.somaxconn = 128;
  EXPECT_THAT(RulesOf(host), ElementsAre("somaxconn_small"));
  EXPECT_THAT(CheckHost(host)[0].evidence, HasSubstr("net.core.somaxconn = 128"));
  EXPECT_EQ(CheckHost(host)[0].severity, Severity::kWarning);
}

TEST(HostRulesTest, SyncookiesOffAndTheBacklogThatMattersOnlyThen) {
  HostFacts host = Sound();
  host.tcp_syncookies = 0;
  EXPECT_THAT(RulesOf(host), ElementsAre("syncookies_off", "syn_backlog_small"));
  EXPECT_THAT(CheckHost(host)[1].fix, HasSubstr("tcp_max_syn_backlog=4096"));
  host.tcp_max_syn_backlog = 4096;
  EXPECT_THAT(RulesOf(host), ElementsAre("syncookies_off"));
  host.tcp_syncookies = 2;
  EXPECT_THAT(RulesOf(host), ElementsAre("syncookies_always"));
}

TEST(HostRulesTest, AbortOnOverflow) {
  HostFacts host = Sound();
  host.tcp_abort_on_overflow = 1;
  EXPECT_THAT(RulesOf(host), ElementsAre("abort_on_overflow"));
}

TEST(HostRulesTest, FilesNearlyExhausted) {
  HostFacts host = Sound();
  host.files_open = 79999;
  EXPECT_THAT(RulesOf(host), IsEmpty());
  host.files_open = 80000;
  EXPECT_THAT(RulesOf(host), ElementsAre("files_nearly_exhausted"));
  EXPECT_EQ(CheckHost(host)[0].severity, Severity::kWarning);
  host.files_open = 95000;
  EXPECT_EQ(CheckHost(host)[0].severity, Severity::kError);
  host.files_max = 0;
  EXPECT_THAT(RulesOf(host), IsEmpty());
}

TEST(HostRulesTest, FewLocalPorts) {
  HostFacts host = Sound();
  host.port_low = 60999 - 16383;
  EXPECT_THAT(RulesOf(host), IsEmpty());
  host.port_low = 60999 - 16382;
  EXPECT_THAT(RulesOf(host), ElementsAre("few_local_ports"));
}

}  // namespace
}  // namespace weir
