// Layers hide one another and revert.
#include "weir/reactor/limit_layers.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

const LimitSpec* const kMaxFields = FindLimitSpec("max_fields");
const LimitSpec* const kMaxHead = FindLimitSpec("max_head_bytes");

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

}  // namespace
}  // namespace weir
