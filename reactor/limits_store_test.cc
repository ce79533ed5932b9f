// The store publishes versions of layered limits, all of a change or nothing.
#include "weir/reactor/limits_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "weir/reactor/testing/fake_clock.h"

namespace weir {
namespace {

using testing::HasSubstr;

const LimitSpec* const kMaxFields = FindLimitSpec("max_fields");
const LimitSpec* const kMaxHead = FindLimitSpec("max_head_bytes");
const LimitSpec* const kBacklog = FindLimitSpec("listen_backlog");

LimitsUpdate SetMaxFields(LimitLayer layer, std::uint64_t value) {
  LimitsUpdate update;
  update.layer = layer;
  update.changes = {{kMaxFields, value}};
  return update;
}

LimitsUpdate SetBacklogOf(const char* listener, std::optional<std::uint64_t> value) {
  LimitsUpdate update;
  update.changes = {{kBacklog, value, listener}};
  return update;
}

std::uint64_t BacklogOf(const LimitsStore& store, const char* listener) {
  return store.current()->layers.Merge(listener).listen_backlog;
}

std::uint64_t MaxFields(const LimitsStore& store) { return store.current()->limits.max_fields; }

TEST(LimitsStoreTest, PublishesVersionsWithoutGaps) {
  LimitsStore store{Limits()};
  int woken = 0;
  store.OnPublish([&woken] { ++woken; });
  EXPECT_EQ(store.version(), 1u);
  const auto before = store.current();
  const auto after = store.Update([](Limits* limits) { limits->max_fields = 5; });
  ASSERT_TRUE(after.ok());
  EXPECT_EQ((*after)->version, 2u);
  EXPECT_EQ(store.version(), 2u);
  EXPECT_EQ(store.current()->limits.max_fields, 5u);
  EXPECT_EQ(before->limits.max_fields, 100u);
  EXPECT_EQ(woken, 1);
}

TEST(LimitsStoreTest, ChangesAllOrNothing) {
  LimitsStore store{Limits()};
  int woken = 0;
  store.OnPublish([&woken] { ++woken; });
  const auto refused = store.Update([](Limits* limits) {
    limits->max_fields = 5;
    limits->max_head_bytes = 0;
  });
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store.current()->limits, Limits());
  EXPECT_EQ(store.version(), 1u);
  EXPECT_EQ(woken, 0);
}

TEST(LimitsStoreTest, ChecksTheExpectedVersion) {
  LimitsStore store{Limits()};
  const auto edit = [](Limits* limits) { ++limits->max_fields; };
  EXPECT_TRUE(store.Update(edit, 1).ok());
  EXPECT_EQ(store.Update(edit, 1).status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(store.Update(edit, 2).ok());
  EXPECT_EQ(store.current()->limits.max_fields, 102u);
}

TEST(LimitsStoreTest, ValidatesWithoutPublishing) {
  LimitsStore store{Limits()};
  const auto would_be =
      store.Update([](Limits* limits) { limits->max_fields = 5; }, 0, /*validate_only=*/true);
  ASSERT_TRUE(would_be.ok());
  EXPECT_EQ((*would_be)->limits.max_fields, 5u);
  EXPECT_EQ(store.version(), 1u);
  EXPECT_EQ(store.current()->limits.max_fields, 100u);
}

TEST(LimitsStoreTest, AChangeOfNothingIsNoNewVersion) {
  LimitsStore store{Limits()};
  EXPECT_EQ((*store.Update([](Limits*) {}))->version, 1u);
}

TEST(LimitsStoreTest, TheSameBacklogIsANewVersionSinceTheHostMayAllowMore) {
  LimitsStore store{Limits()};
  LimitsUpdate update;
  update.changes = {{FindLimitSpec("listen_backlog"), 100}, {FindLimitSpec("max_fields"), 50}};
  EXPECT_EQ((*store.Apply(update))->version, 2u);
  EXPECT_EQ((*store.Apply(update))->version, 3u);
  update.changes.erase(update.changes.begin());
  EXPECT_EQ((*store.Apply(update))->version, 3u);
}

TEST(LimitsStoreTest, LosesNoUpdateOfManyThreads) {
  LimitsStore store{Limits()};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store] {
      for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(store.Update([](Limits* limits) { ++limits->max_fields; }).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store.current()->limits.max_fields, 500u);
  EXPECT_EQ(store.version(), 401u);
}

TEST(LimitsStoreTest, TheInitialLimitsAreTheCodeLayer) {
  Limits initial;
  initial.max_fields = 7;
  const LimitsStore store{initial};
  EXPECT_EQ(store.current()->limits, initial);
  EXPECT_EQ(store.current()->layers.Origin(*kMaxFields), LimitLayer::kCode);
  EXPECT_EQ(store.current()->layers.Origin(*kMaxHead), LimitLayer::kBuiltIn);
}

TEST(LimitsStoreTest, AHigherLayerHidesALowerOneUntilItIsTakenOut) {
  LimitsStore store{Limits()};
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kOperator, 50)).ok());
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kFile, 40)).ok());
  EXPECT_EQ(MaxFields(store), 50u);
  LimitsUpdate clear;
  clear.changes = {{kMaxFields, std::nullopt}};
  ASSERT_TRUE(store.Apply(clear).ok());
  EXPECT_EQ(MaxFields(store), 40u);
  EXPECT_EQ(store.current()->layers.Origin(*kMaxFields), LimitLayer::kFile);
  EXPECT_EQ(store.version(), 4u);
}

TEST(LimitsStoreTest, AWholeLayerIsReplaced) {
  LimitsStore store{Limits()};
  LimitsUpdate update = SetMaxFields(LimitLayer::kFile, 40);
  update.changes.push_back({kMaxHead, 4096});
  ASSERT_TRUE(store.Apply(update).ok());
  update.changes.pop_back();
  update.replace_layer = true;
  ASSERT_TRUE(store.Apply(update).ok());
  EXPECT_EQ(MaxFields(store), 40u);
  EXPECT_EQ(store.current()->limits.max_head_bytes, kMaxHead->default_value);
}

TEST(LimitsStoreTest, RefusesAValueThatAHigherLayerWouldHide) {
  LimitsStore store{Limits()};
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kOperator, 50)).ok());
  const auto refused = store.Apply(SetMaxFields(LimitLayer::kFile, 0));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("max_fields = 0"));
  EXPECT_EQ(store.Apply(SetMaxFields(LimitLayer::kBuiltIn, 50)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store.version(), 2u);
}

TEST(LimitsStoreTest, ATemporaryValueReverts) {
  test::FakeClock clock;
  LimitsStore store{Limits(), &clock};
  int woken = 0;
  store.OnPublish([&woken] { ++woken; });
  LimitsUpdate update = SetMaxFields(LimitLayer::kOperator, 50);
  update.ttl_ms = 1000;
  ASSERT_TRUE(store.Apply(update).ok());
  clock.AdvanceMs(999);
  EXPECT_FALSE(store.Expire());
  EXPECT_EQ(MaxFields(store), 50u);
  clock.AdvanceMs(1);
  EXPECT_TRUE(store.Expire());
  EXPECT_EQ(MaxFields(store), kMaxFields->default_value);
  EXPECT_EQ(woken, 2);
  EXPECT_FALSE(store.Expire());
  EXPECT_EQ(store.History().back().reason, "a temporary value ended");
}

TEST(LimitsStoreTest, ATemporaryValueRevertsToTheLastingOneOfItsLayer) {
  test::FakeClock clock;
  LimitsStore store{Limits(), &clock};
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kOperator, 50)).ok());
  for (const bool replaces : {false, true}) {
    LimitsUpdate update = SetMaxFields(LimitLayer::kOperator, 60);
    update.ttl_ms = 1000;
    update.replace_layer = replaces;
    ASSERT_TRUE(store.Apply(update).ok());
    EXPECT_EQ(MaxFields(store), 60u);
    clock.AdvanceMs(1000);
    EXPECT_TRUE(store.Expire());
    EXPECT_EQ(MaxFields(store), 50u);
    EXPECT_FALSE(store.Expire());
  }
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kCode, 70)).ok());
  ASSERT_TRUE(store.RollBack(3, {}).ok());
  EXPECT_EQ(MaxFields(store), 50u) << "version 3 had the temporary one, whose time is over";
}

TEST(LimitsStoreTest, ATimeBeyondAllClocksIsForGood) {
  test::FakeClock clock;
  clock.AdvanceMs(1000);
  LimitsStore store{Limits(), &clock};
  LimitsUpdate update = SetMaxFields(LimitLayer::kOperator, 50);
  update.ttl_ms = ~std::uint64_t{0};
  ASSERT_TRUE(store.Apply(update).ok());
  EXPECT_EQ(store.current()->layers.NextExpiryMs(), LayerValue::kNever);
}

TEST(LimitsStoreTest, RollsBackToAnEarlierVersion) {
  LimitsStore store{Limits()};
  LimitsUpdate update = SetMaxFields(LimitLayer::kOperator, 50);
  update.author = "ada";
  update.reason = "try";
  ASSERT_TRUE(store.Apply(update).ok());
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kCode, 60)).ok());
  LimitsUpdate back;
  back.author = "bob";
  ASSERT_TRUE(store.RollBack(1, back).ok());
  EXPECT_EQ(store.current()->limits, Limits());
  EXPECT_EQ(store.version(), 4u);
  const std::vector<LimitsRevision> history = store.History();
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(history[1].author, "ada");
  EXPECT_EQ(history[1].reason, "try");
  EXPECT_EQ(history[1].snapshot->limits.max_fields, 50u);
  EXPECT_EQ(history[3].author, "bob");
}

TEST(LimitsStoreTest, ARollBackBringsBackNoValueWhoseTimeIsOver) {
  test::FakeClock clock;
  LimitsStore store{Limits(), &clock};
  LimitsUpdate update = SetMaxFields(LimitLayer::kOperator, 50);
  update.ttl_ms = 1000;
  ASSERT_TRUE(store.Apply(update).ok());
  clock.AdvanceMs(2000);
  ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kCode, 60)).ok());
  ASSERT_TRUE(store.RollBack(2, {}).ok());
  EXPECT_EQ(MaxFields(store), kMaxFields->default_value);
}

TEST(LimitsStoreTest, ForgetsTheOldestVersionsAndSaysSo) {
  LimitsStore store{Limits()};
  for (std::size_t i = 0; i < LimitsStore::kMaxRevisions; ++i) {
    ASSERT_TRUE(store.Apply(SetMaxFields(LimitLayer::kOperator, i + 1)).ok());
  }
  EXPECT_EQ(store.History().size(), LimitsStore::kMaxRevisions);
  EXPECT_EQ(store.History().front().version, 2u);
  const auto refused = store.RollBack(1, {});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("versions 2 to 65"));
}

TEST(LimitsStoreTest, WhatAListenerHasFromTheStartIsTheCodeLayers) {
  LimitsStore store{Limits()};
  store.AddListener("public", {{kBacklog, std::nullopt}});
  store.AddListener("health", {{kBacklog, 8}});
  EXPECT_EQ(store.version(), 1u);
  EXPECT_EQ(BacklogOf(store, "public"), kBacklog->default_value);
  EXPECT_EQ(BacklogOf(store, "health"), 8u);
  EXPECT_NE(store.current()->layers.Find(LimitLayer::kCode, *kBacklog, "health"), nullptr);
  ASSERT_TRUE(store.Apply(SetBacklogOf("health", 16)).ok());
  EXPECT_EQ(BacklogOf(store, "health"), 16u);
  ASSERT_TRUE(store.Apply(SetBacklogOf("health", std::nullopt)).ok());
  EXPECT_EQ(BacklogOf(store, "health"), 8u);
  ASSERT_TRUE(store.Apply(SetBacklogOf("public", 16)).ok());
  ASSERT_TRUE(store.RollBack(1, {}).ok());
  EXPECT_EQ(BacklogOf(store, "public"), kBacklog->default_value);
  EXPECT_EQ(BacklogOf(store, "health"), 8u);
  EXPECT_EQ(store.current()->limits, Limits());
}

TEST(LimitsStoreTest, ATemporaryValueOfAListenerReverts) {
  test::FakeClock clock;
  LimitsStore store{Limits(), &clock};
  store.AddListener("health", {{kBacklog, 8}});
  LimitsUpdate update = SetBacklogOf("health", 16);
  update.ttl_ms = 1000;
  ASSERT_TRUE(store.Apply(update).ok());
  clock.AdvanceMs(999);
  EXPECT_FALSE(store.Expire());
  EXPECT_EQ(BacklogOf(store, "health"), 16u);
  clock.AdvanceMs(1);
  EXPECT_TRUE(store.Expire());
  EXPECT_EQ(BacklogOf(store, "health"), 8u);
}

TEST(LimitsStoreTest, RefusesWhatNoListenerCanHave) {
  LimitsStore store{Limits()};
  store.AddListener("public", {});
  store.AddListener("health", {});
  const auto refusal = [&store](const LimitChange& change, LimitLayer layer) {
    LimitsUpdate update;
    update.layer = layer;
    update.changes = {{kBacklog, 16, "public"}, change};
    const absl::Status status = store.Apply(update).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refusal({kBacklog, 16, "helth"}, LimitLayer::kOperator),
              HasSubstr("\"helth\"; the listeners are public, health"));
  EXPECT_THAT(refusal({kBacklog, std::nullopt, "helth"}, LimitLayer::kFile),
              HasSubstr("\"helth\""));
  EXPECT_THAT(refusal({kMaxFields, 50, "health"}, LimitLayer::kOperator),
              HasSubstr("max_fields is of the whole server; for one listener can be set: "
                        "listen_backlog, accept_budget_per_tick, "));
  EXPECT_THAT(refusal({kBacklog, 0, "health"}, LimitLayer::kOperator),
              HasSubstr("listen_backlog = 0 is out of range"));
  LimitsUpdate shadow;
  shadow.layer = LimitLayer::kShadow;
  shadow.changes = {{kMaxFields, 50, "health"}};
  EXPECT_THAT(std::string(store.Apply(shadow).status().message()), HasSubstr("name no listener"));
  EXPECT_EQ(store.version(), 1u);
}

}  // namespace
}  // namespace weir
