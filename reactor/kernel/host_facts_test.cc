#include "weir/reactor/kernel/host_facts.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "weir/reactor/kernel/cpu_count.h"

namespace weir {
namespace {

class HostFactsTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    const std::string path = proc_ + "/sys/" + name;
    for (std::size_t at = proc_.size(); at != std::string::npos; at = path.find('/', at + 1)) {
      ::mkdir(path.substr(0, at).c_str(), 0700);
    }
    std::ofstream(path) << text;
  }

  const std::string proc_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(HostFactsTest, ReadsEverySetting) {
  Write("net/core/somaxconn", "128\n");
  Write("net/ipv4/tcp_max_syn_backlog", "2048\n");
  Write("net/ipv4/tcp_syncookies", "1\n");
  Write("net/ipv4/tcp_abort_on_overflow", "0\n");
  Write("net/ipv4/tcp_migrate_req", "1\n");
  Write("net/ipv4/ip_local_port_range", "32768\t60999\n");
  Write("fs/file-nr", "1024\t0\t9223372036854775807\n");
  const HostFacts facts = ReadHostFacts(proc_);
  EXPECT_EQ(facts.somaxconn, 128u);
  EXPECT_EQ(facts.tcp_max_syn_backlog, 2048u);
  EXPECT_EQ(facts.tcp_syncookies, 1u);
  EXPECT_EQ(facts.tcp_abort_on_overflow, 0u);
  EXPECT_EQ(facts.tcp_migrate_req, 1u);
  EXPECT_EQ(facts.port_low, 32768u);
  EXPECT_EQ(facts.port_high, 60999u);
  EXPECT_EQ(facts.files_open, 1024u);
  EXPECT_EQ(facts.files_max, 9223372036854775807u);
}

TEST_F(HostFactsTest, WhatIsMissingOrNoNumberIsAbsent) {
  Write("net/core/somaxconn", "");
  Write("net/ipv4/tcp_syncookies", "many\n");
  Write("net/ipv4/tcp_migrate_req", "-1\n");
  Write("net/ipv4/ip_local_port_range", "32768\n");
  const HostFacts facts = ReadHostFacts(proc_);
  EXPECT_FALSE(facts.somaxconn.has_value());
  EXPECT_FALSE(facts.tcp_max_syn_backlog.has_value());
  EXPECT_FALSE(facts.tcp_syncookies.has_value());
  EXPECT_FALSE(facts.tcp_migrate_req.has_value());
  EXPECT_EQ(facts.port_low, 32768u);
  EXPECT_FALSE(facts.port_high.has_value());
  EXPECT_FALSE(facts.files_max.has_value());
}

TEST_F(HostFactsTest, ReadsThisProcess) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit lower = {100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  const HostFacts facts = ReadHostFacts();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(facts.descriptors, 100u);
  EXPECT_EQ(facts.descriptors_max.value_or(RLIM_INFINITY), before.rlim_max);
  EXPECT_GT(facts.somaxconn.value_or(0), 0u);
  EXPECT_EQ(facts.cpus_affinity, AffinityCpuCount());
}

}  // namespace
}  // namespace weir
