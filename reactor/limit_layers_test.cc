// Layers hide one another and revert.
#include "weir/reactor/limit_layers.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

const LimitSpec* const kMaxFields = FindLimitSpec("max_fields");
const LimitSpec* const kMaxHead = FindLimitSpec("max_head_bytes");
const LimitSpec* const kBacklog = FindLimitSpec("listen_backlog");

LayerValue For(const char* listener, std::uint64_t backlog,
               std::int64_t expires_ms = LayerValue::kNever) {
  return {kBacklog, backlog, expires_ms, listener};
}

TEST(LimitLayersTest, EveryLayerHasAName) {
  for (std::size_t i = 0; i < kLimitLayerCount; ++i) {
    const auto layer = static_cast<LimitLayer>(i);
    EXPECT_EQ(FindLimitLayer(Name(layer)), layer);
  }
  EXPECT_EQ(FindLimitLayer("nonsense"), std::nullopt);
}

TEST(LimitLayersTest, EmptyLayersAreTheDefaults) {
  EXPECT_EQ(LimitLayers().Merge(), Limits());
  EXPECT_EQ(LimitLayers().NextExpiryMs(), LayerValue::kNever);
}

TEST(LimitLayersTest, TheHighestLayerThatSetsALimitDecides) {
  for (int lower = 1; lower < static_cast<int>(kDecidingLayerCount); ++lower) {
    for (int upper = lower + 1; upper < static_cast<int>(kDecidingLayerCount); ++upper) {
      LimitLayers layers;
      layers.Set(static_cast<LimitLayer>(upper), {kMaxFields, 2});
      layers.Set(static_cast<LimitLayer>(lower), {kMaxFields, 1});
      EXPECT_EQ(layers.Merge().max_fields, 2u);
      EXPECT_EQ(layers.Origin(*kMaxFields), static_cast<LimitLayer>(upper));
      layers.Clear(static_cast<LimitLayer>(upper), *kMaxFields);
      EXPECT_EQ(layers.Merge().max_fields, 1u);
    }
  }
}

TEST(LimitLayersTest, TheShadowDecidesNothing) {
  LimitLayers layers;
  layers.Set(LimitLayer::kShadow, {kMaxFields, 2});
  EXPECT_EQ(layers.Merge(), Limits());
  EXPECT_EQ(layers.Origin(*kMaxFields), LimitLayer::kBuiltIn);
  ASSERT_NE(layers.Find(LimitLayer::kShadow, *kMaxFields), nullptr);
}

TEST(LimitLayersTest, AValueIsSetOnce) {
  LimitLayers layers;
  layers.Set(LimitLayer::kFile, {kMaxHead, 4096});
  layers.Set(LimitLayer::kFile, {kMaxFields, 1});
  layers.Set(LimitLayer::kFile, {kMaxFields, 2});
  ASSERT_EQ(layers.values(LimitLayer::kFile).size(), 2u);
  EXPECT_EQ(layers.Merge().max_fields, 2u);
  EXPECT_EQ(layers.Merge().max_head_bytes, 4096u);
}

TEST(LimitLayersTest, ATemporaryValueGivesBackTheLastingOneOfItsLayer) {
  constexpr LimitLayer kLayer = LimitLayer::kOperator;
  LimitLayers layers;
  layers.Set(LimitLayer::kFleet, {kMaxFields, 1});
  layers.Set(kLayer, {kMaxFields, 2});
  const LimitLayers lasting = layers;
  layers.Set(kLayer, {kMaxFields, 3, 10});
  EXPECT_FALSE(layers == lasting);
  layers.Set(kLayer, {kMaxFields, 4, 20});  // covers what the one before did, not that
  EXPECT_EQ(layers.Merge().max_fields, 4u);
  EXPECT_EQ(layers.Find(kLayer, *kMaxFields)->covered, 2u);
  EXPECT_EQ(layers.NextExpiryMs(), 20);
  EXPECT_FALSE(layers.DropExpired(19));
  EXPECT_TRUE(layers.DropExpired(20));
  EXPECT_EQ(layers, lasting);
  EXPECT_EQ(layers.NextExpiryMs(), LayerValue::kNever);
}

TEST(LimitLayersTest, ALastingValueOrNoneEndsWhatWasCoveredToo) {
  constexpr LimitLayer kLayer = LimitLayer::kOperator;
  LimitLayers layers;
  layers.Set(kLayer, {kMaxFields, 2});
  layers.Set(kLayer, {kMaxFields, 3, 10});
  layers.Set(kLayer, {kMaxFields, 4});
  EXPECT_EQ(layers.Find(kLayer, *kMaxFields)->covered, std::nullopt);
  layers.Set(kLayer, {kMaxFields, 5, 10});
  layers.Clear(kLayer, *kMaxFields);
  EXPECT_FALSE(layers.DropExpired(10));
  EXPECT_EQ(layers.Find(kLayer, *kMaxFields), nullptr);
}

TEST(LimitLayersTest, DropsWhatHasExpiredInEveryLayer) {
  LimitLayers layers;
  layers.Set(LimitLayer::kFile, {kMaxFields, 1, 10});
  layers.Set(LimitLayer::kOperator, {kMaxHead, 4096, 20});
  EXPECT_EQ(layers.NextExpiryMs(), 10);
  EXPECT_FALSE(layers.DropExpired(9));
  EXPECT_TRUE(layers.DropExpired(10));
  EXPECT_EQ(layers.Merge().max_fields, kMaxFields->default_value);
  EXPECT_EQ(layers.Merge().max_head_bytes, 4096u);
  EXPECT_TRUE(layers.DropExpired(20));
  EXPECT_EQ(layers.Merge(), Limits());
}

TEST(LimitLayersTest, WhatIsSetForAListenerStandsAboveTheServersLimitsOfAllLayers) {
  LimitLayers layers;
  layers.Set(LimitLayer::kCode, For("health", 8));
  layers.Set(LimitLayer::kOperator, {kBacklog, 100});
  EXPECT_EQ(layers.Merge().listen_backlog, 100u);
  EXPECT_EQ(layers.Origin(*kBacklog), LimitLayer::kOperator);
  EXPECT_EQ(layers.Merge("public").listen_backlog, 100u);
  EXPECT_EQ(layers.Merge("health").listen_backlog, 8u);
  EXPECT_EQ(layers.FindHighest(*kBacklog, "public"), nullptr);
  EXPECT_EQ(*layers.FindHighest(*kBacklog, "health"), For("health", 8));
}

TEST(LimitLayersTest, OfWhatIsSetForAListenerTheHighestLayerDecides) {
  LimitLayers layers;
  layers.Set(LimitLayer::kOperator, For("health", 16, 10));
  layers.Set(LimitLayer::kCode, For("health", 8));
  layers.Set(LimitLayer::kFleet, For("public", 32));
  EXPECT_EQ(layers.Merge("health").listen_backlog, 16u);
  EXPECT_EQ(layers.Merge("public").listen_backlog, 32u);
  EXPECT_EQ(layers.Merge(), Limits());
  EXPECT_TRUE(layers.DropExpired(10));
  EXPECT_EQ(layers.Merge("health").listen_backlog, 8u);
  layers.Clear(LimitLayer::kCode, *kBacklog);
  EXPECT_EQ(layers.Merge("health").listen_backlog, 8u) << "the server's was not set";
  layers.Clear(LimitLayer::kCode, *kBacklog, "health");
  EXPECT_EQ(layers.Merge("health"), Limits());
}

TEST(LimitLayersTest, KeepsTheServersAndEachListenersValueApart) {
  LimitLayers layers;
  layers.Set(LimitLayer::kFile, {kMaxFields, 1});
  layers.Set(LimitLayer::kFile, For("b", 1));
  layers.Set(LimitLayer::kFile, For("a", 2));
  layers.Set(LimitLayer::kFile, {kBacklog, 3});
  layers.Set(LimitLayer::kFile, For("b", 4));
  const std::vector<LayerValue> expected = {
      {kBacklog, 3}, For("a", 2), For("b", 4), {kMaxFields, 1}};
  EXPECT_EQ(layers.values(LimitLayer::kFile), expected);
}

}  // namespace
}  // namespace weir
