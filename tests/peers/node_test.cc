// Every conformance case, and streams like them with small faults, in Node's HTTP server too: what
// Weir accepts, Node reads alike, but for the rules of its table, each of which is needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "weir/tests/conformance/case_file.h"
#include "weir/tests/peers/difference.h"
#include "weir/tests/peers/mutate.h"
#include "weir/tests/peers/node_view.h"
#include "weir/tests/peers/refusals.h"

namespace weir {
namespace {

constexpr std::size_t kMutated = 20000;
constexpr std::size_t kBatch = 20000;
constexpr std::size_t kLongest = 15000;  // a head that is longer than Node's bound

// How many to try: WEIR_PEER_STREAMS for a longer run.
std::size_t MutatedCount() {
  const char* const wish = std::getenv("WEIR_PEER_STREAMS");
  return wish == nullptr ? kMutated : std::strtoul(wish, nullptr, 10);
}

std::vector<std::string> CaseStreams() {
  std::vector<std::string> errors;
  std::vector<std::string> streams;
  for (const ConformanceCase& example : ReadAllCases("tests/conformance", &errors)) {
    if (example.input.size() <= kLongest) streams.push_back(example.input);
  }
  EXPECT_TRUE(errors.empty());
  return streams;
}

// How many of them Weir accepted some request of.
std::size_t ExpectAlike(const std::vector<std::string>& streams) {
  std::string error;
  const std::vector<StreamView> views = ReadWithNode(streams, &error);
  EXPECT_EQ(error, "");
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const StreamView ours = ReadWithWeir(streams[i]);
    accepted += ours.messages.empty() ? 0 : 1;
    for (const Difference& difference : Compare(ours, views[i])) {
      EXPECT_NE(Explain(difference, NodeRules()), nullptr) << Describe(difference);
    }
    if (!TakesWhatWeirRefuses(ours, views[i])) continue;
    EXPECT_TRUE(IsListed(ours.refusal, Peer::kNode))
        << "it takes what is refused as " << ours.refusal << ":\n"
        << streams[i];
  }
  return accepted;
}

class Node : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(HasNode()) << "there is no node here: apt-get install nodejs";
  }
};

TEST_F(Node, ReadsWhatWeirAcceptsAlikeButForTheRules) {
  const std::vector<std::string> streams = CaseStreams();
  ASSERT_GT(streams.size(), 500u);
  EXPECT_GT(ExpectAlike(streams), 200u);
}

TEST_F(Node, ReadsStreamsWithFaultsAlikeToo) {
  const std::vector<std::string> streams = CaseStreams();
  const std::size_t count = MutatedCount();
  std::size_t accepted = 0;
  for (std::size_t done = 0; done < count; done += kBatch) {
    accepted += ExpectAlike(Mutate(streams, std::min(kBatch, count - done), done));
  }
  EXPECT_GT(accepted, count / 10);
}

TEST_F(Node, EachRuleHasAnExampleThatNeedsIt) {
  for (const DifferenceRule& rule : NodeRules()) {
    SCOPED_TRACE(rule.name);
    std::string error;
    const std::vector<StreamView> views = ReadWithNode({std::string(rule.example)}, &error);
    ASSERT_EQ(error, "");
    const StreamView ours = ReadWithWeir(rule.example);
    bool needed = false;
    for (const Difference& difference : Compare(ours, views[0])) {
      const DifferenceRule* const first = Explain(difference, NodeRules());
      EXPECT_NE(first, nullptr) << Describe(difference);
      needed = needed || first == &rule;
    }
    EXPECT_TRUE(needed);
  }
}

TEST_F(Node, TakesOfTheRefusedExactlyWhatTheTableSays) {
  std::vector<std::string> examples;
  for (const Refusal& refusal : Refusals()) examples.push_back(refusal.example);
  std::string error;
  const std::vector<StreamView> views = ReadWithNode(examples, &error);
  ASSERT_EQ(error, "");
  ASSERT_EQ(views.size(), Refusals().size());
  for (std::size_t i = 0; i < views.size(); ++i) {
    const Refusal& refusal = Refusals()[i];
    const StreamView ours = ReadWithWeir(refusal.example);
    EXPECT_EQ(ours.refusal, refusal.error) << refusal.reason;
    EXPECT_EQ(TakesWhatWeirRefuses(ours, views[i]), refusal.node_takes)
        << refusal.error << ": " << refusal.reason;
  }
}

}  // namespace
}  // namespace weir
