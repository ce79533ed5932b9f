#include "weir/control/diagnose/server_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/control/diagnose/rules_of.h"

namespace weir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A server of two listeners and two reactors that nothing is wrong with.
ServerFacts Sound() {
  ServerFacts facts;
  facts.stats.address = "127.0.0.1:80";
  facts.stats.listeners = {{"127.0.0.1:80", "127.0.0.1:80", 80}, {"health", "[::1]:81", 81}};
  facts.stats.limits_version = 3;
  for (std::uint32_t i = 0; i < 2; ++i) {
    ReactorStats reactor;
    reactor.reactor = i;
    reactor.applied_limits_version = 3;
    for (const ListenerInfo& it : facts.stats.listeners) {
      ListenerQueue& queue = reactor.listener_queues.emplace_back();
      queue.listener = it.name;
      queue.queue.backlog_effective = queue.queue.backlog_requested = 4096;
    }
    facts.stats.reactors.push_back(reactor);
  }
  facts.host.somaxconn = 4096;
  facts.host.tcp_migrate_req = 1;
  facts.host.descriptors = 20000;
  facts.host.cpus_affinity = 2;
  facts.listeners = {2, 2};
  facts.own_listeners = 2;
  facts.admin_peer = "unix:";
  return facts;
}

std::uint64_t& Count(ServerFacts* facts, std::size_t reactor, Counter counter) {
  return facts->stats.reactors[reactor].counters[static_cast<std::size_t>(counter)];
}

std::vector<std::string> RulesOf(const ServerFacts& facts) {
  return test::RulesOf(CheckServer(facts));
}

TEST(ServerRulesTest, ASoundServerHasNoFinding) { EXPECT_THAT(RulesOf(Sound()), IsEmpty()); }

TEST(ServerRulesTest, HasTheRulesOfItsHostAndOfEachQueue) {
  ServerFacts facts = Sound();
  facts.host.tcp_abort_on_overflow = 1;
  facts.stats.reactors[1].listener_queues[1].queue.depth = 4097;
  const Findings findings = CheckServer(facts);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].rule, "abort_on_overflow");
  EXPECT_EQ(findings[1].rule, "queue_full");
  EXPECT_EQ(findings[1].subject, "health reactor 1");
  EXPECT_THAT(findings[1].fix, HasSubstr("weirctl limits set listen_backlog=8192"));
  facts.stats.listeners[1].listen_backlog = 4096;
  EXPECT_THAT(CheckServer(facts)[1].fix,
              HasSubstr("weirctl limits set --listener=health listen_backlog=8192"));
}

TEST(ServerRulesTest, NoMigrationMattersToSeveralListenersOnly) {
  ServerFacts facts = Sound();
  facts.host.tcp_migrate_req = 0;
  EXPECT_THAT(RulesOf(facts), ElementsAre("no_migration"));
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kNote);
  facts.stats.reactors.pop_back();
  facts.host.cpus_affinity = 1;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, FewDescriptors) {
  ServerFacts facts = Sound();
  facts.limits.max_connections = 20000 - 64;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
  facts.limits.max_connections = 20000 - 63;
  EXPECT_THAT(RulesOf(facts), ElementsAre("descriptors_too_few"));
  EXPECT_THAT(CheckServer(facts)[0].fix, HasSubstr("ulimit -n 20001"));
  facts.host.descriptors.reset();
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, PausesAndRefusals) {
  ServerFacts facts = Sound();
  Count(&facts, 1, Counter::kAcceptPauses) = 1;
  facts.stats.reactors[0].connections_refused[0] = 5;
  EXPECT_THAT(RulesOf(facts), ElementsAre("accepting_paused", "connections_refused"));
  EXPECT_THAT(CheckServer(facts)[1].evidence, HasSubstr("5 refused"));
  facts = Sound();
  facts.stats.reactors[0]
      .connections_refused[static_cast<std::size_t>(RefuseReason::kMaxConnectionsReset)] = 6;
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("6 reset"));
  facts = Sound();
  facts.stats.reactors[0].counters[static_cast<std::size_t>(Counter::kAcceptPausesFull)] = 7;
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("7 times left in the queue"));
}

TEST(ServerRulesTest, AFullListener) {
  ServerFacts facts = Sound();
  facts.limits.max_connections_per_listener = 10;
  facts.stats.reactors[1].listener_queues[1].connections_refused = 4;
  EXPECT_THAT(RulesOf(facts), ElementsAre("listener_full"));
  EXPECT_EQ(CheckServer(facts)[0].subject, "health");
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("4 refused"));
  EXPECT_THAT(CheckServer(facts)[0].fix, HasSubstr("max_connections_per_listener=20"));
  facts.stats.listeners[1].max_connections_per_listener = 3;
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("max_connections_per_listener = 3"));
  EXPECT_THAT(CheckServer(facts)[0].fix,
              HasSubstr("weirctl limits set --listener=health max_connections_per_listener=6"));
}

TEST(ServerRulesTest, ALimitThatIsNear) {
  ServerFacts facts = Sound();
  SizeCounts& heads = facts.stats.reactors[1].sizes[static_cast<std::size_t>(Size::kHead)];
  heads.buckets[SizeBuckets::Index(15000)] = 100;
  EXPECT_THAT(RulesOf(facts), ElementsAre("limit_near"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("93 % of max_head_bytes"));
  EXPECT_EQ(CheckServer(facts)[0].fix, "weirctl limits set max_head_bytes=32768");
  facts.limits.max_head_bytes = 32768;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, UnevenReactorsByCpu) {
  constexpr auto kAccepted = static_cast<std::size_t>(Counter::kConnectionsAccepted);
  ServerFacts facts = Sound();
  facts.stats.reactors.resize(3);
  facts.limits.distribution = static_cast<std::uint64_t>(Distribution::kCpu);
  facts.stats.reactors[0].counters[kAccepted] = 2000;
  facts.stats.reactors[1].counters[kAccepted] = 500;
  facts.stats.reactors[2].counters[kAccepted] = 500;
  EXPECT_THAT(RulesOf(facts), Not(Contains("uneven_reactors"))) << "twice the mean";
  EXPECT_THAT(RulesOf(facts), Not(Contains("uneven_connections"))) << "it was chosen";
  facts.stats.reactors[0].counters[kAccepted] = 2010;
  EXPECT_THAT(RulesOf(facts), Contains("uneven_reactors"));
  facts.limits.distribution = 0;
  EXPECT_THAT(RulesOf(facts), Contains("uneven_connections"));
}

TEST(ServerRulesTest, LoadThatWasShed) {
  ServerFacts facts = Sound();
  facts.stats.reactors[0].counters[static_cast<std::size_t>(Counter::kRequestsShed)] = 4;
  facts.stats.reactors[0].connections_refused[static_cast<std::size_t>(RefuseReason::kShed)] = 3;
  EXPECT_THAT(RulesOf(facts), ElementsAre("load_shed"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("3 connections and 4 requests"));
}

TEST(ServerRulesTest, ReactorsAgainstCpus) {
  ServerFacts facts = Sound();
  facts.host.cpus_affinity = 4;
  EXPECT_THAT(RulesOf(facts), ElementsAre("reactors_under_cpus"));
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kNote);
  facts.host.cpus_quota = 1;
  EXPECT_THAT(RulesOf(facts), ElementsAre("reactors_over_cpus"));
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kWarning);
  facts.host.cpus_quota = 2;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, UnevenOnlyBeyondChance) {
  ServerFacts facts = Sound();
  Count(&facts, 0, Counter::kConnectionsAccepted) = 5100;
  Count(&facts, 1, Counter::kConnectionsAccepted) = 4900;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
  Count(&facts, 1, Counter::kConnectionsAccepted) = 2000;
  EXPECT_THAT(RulesOf(facts), ElementsAre("uneven_connections"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("reactor 0 has 5100 of 7100"));
  Count(&facts, 0, Counter::kConnectionsAccepted) = 800;
  Count(&facts, 1, Counter::kConnectionsAccepted) = 100;  // too few to tell
  EXPECT_THAT(RulesOf(facts), IsEmpty());
  Count(&facts, 1, Counter::kRequests) = 1'000'000;
  EXPECT_THAT(RulesOf(facts), ElementsAre("uneven_requests"));
}

TEST(ServerRulesTest, AStalledReactorIsBusyNotIdle) {
  ServerFacts facts = Sound();
  ReactorStats& reactor = facts.stats.reactors[1];
  reactor.tick_age_ns = 60'000'000'000;
  EXPECT_THAT(RulesOf(facts), IsEmpty());  // it waits for events
  reactor.busy = true;
  EXPECT_THAT(RulesOf(facts), ElementsAre("reactor_stalled"));
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kError);
  EXPECT_EQ(CheckServer(facts)[0].subject, "127.0.0.1:80 reactor 1");
  reactor.tick_age_ns = 100'000'000;
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kWarning);
  reactor.tick_age_ns = 99'999'999;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, QueuesThatOthersHadToTake) {
  ServerFacts facts = Sound();
  Count(&facts, 0, Counter::kStalls) = 3;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
  Count(&facts, 1, Counter::kConnectionsRescued) = 12;
  EXPECT_THAT(RulesOf(facts), ElementsAre("queues_rescued"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("3 turns of 5 ms"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("12 connections"));
}

TEST(ServerRulesTest, LimitsNotApplied) {
  ServerFacts facts = Sound();
  facts.stats.reactors[0].applied_limits_version = 2;
  EXPECT_THAT(RulesOf(facts), ElementsAre("limits_not_applied"));
}

TEST(ServerRulesTest, RequestsOverALimitButNotMalformedOnes) {
  ServerFacts facts = Sound();
  const auto count = [&facts](ParseError error) -> std::uint64_t& {
    return facts.stats.reactors[0].parse_errors[static_cast<std::size_t>(error)];
  };
  count(ParseError::kHostMissing) = 9;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
  count(ParseError::kHeadTooLarge) = 4;
  EXPECT_THAT(RulesOf(facts), ElementsAre("requests_over_a_limit"));
  EXPECT_THAT(CheckServer(facts)[0].message, HasSubstr("431"));
  EXPECT_THAT(CheckServer(facts)[0].evidence, HasSubstr("head_too_large: 4"));
}

TEST(ServerRulesTest, AdminOverTcp) {
  ServerFacts facts = Sound();
  for (const char* peer : {"ipv4:127.0.0.1:5000", "ipv6:[::1]:5000", "ipv6:%5B::1%5D:5000"}) {
    facts.admin_peer = peer;
    EXPECT_THAT(RulesOf(facts), ElementsAre("admin_over_tcp"));
    EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kWarning) << peer;
  }
  facts.admin_peer = "ipv4:10.0.0.7:5000";
  EXPECT_EQ(CheckServer(facts)[0].severity, Severity::kError);
  facts.admin_by_certificate = true;
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, AnAddressThatOthersShare) {
  ServerFacts facts = Sound();
  facts.listeners = {2, 3};
  EXPECT_THAT(RulesOf(facts), ElementsAre("address_shared"));
  EXPECT_EQ(CheckServer(facts)[0].subject, "[::1]:81");
  facts.listeners = {std::nullopt, std::nullopt};
  EXPECT_THAT(RulesOf(facts), IsEmpty());
}

TEST(ServerRulesTest, Draining) {
  ServerFacts facts = Sound();
  facts.stats.draining = true;
  EXPECT_THAT(RulesOf(facts), Contains("draining"));
}

}  // namespace
}  // namespace weir
