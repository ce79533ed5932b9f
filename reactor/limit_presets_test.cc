#include "weir/reactor/limit_presets.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

const Limits& Of(std::string_view name) { return FindLimitPreset(name)->limits; }

TEST(LimitPresetsTest, EachIsInRangeAndHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const LimitPreset& preset : LimitPresets()) {
    EXPECT_TRUE(CheckLimits(preset.limits).ok()) << CheckLimits(preset.limits);
    EXPECT_TRUE(names.insert(preset.name).second) << preset.name;
    EXPECT_EQ(FindLimitPreset(preset.name), &preset);
    EXPECT_FALSE(preset.origin.empty());
  }
  EXPECT_EQ(LimitPresetNames(), "weir, node, nginx");
  EXPECT_EQ(FindLimitPreset("apache"), nullptr);
}

TEST(LimitPresetsTest, WeirsAreTheDefaults) { EXPECT_EQ(Of("weir"), Limits()); }

TEST(LimitPresetsTest, NodesAreThoseOfItsDocuments) {
  EXPECT_EQ(Of("node").max_head_bytes, 16u * 1024);
  EXPECT_EQ(Of("node").max_fields, 2000u);
  EXPECT_EQ(Of("node").head_timeout_ms, 60'000u);
  EXPECT_EQ(Of("node").body_timeout_ms, 300'000u);
  EXPECT_EQ(Of("node").idle_timeout_ms, 5'000u);
  EXPECT_EQ(Of("node").listen_backlog, 511u);
}

TEST(LimitPresetsTest, NginxsAreThoseOfItsDocuments) {
  EXPECT_EQ(Of("nginx").max_request_line_bytes, 8u * 1024);
  EXPECT_EQ(Of("nginx").max_field_bytes, 8u * 1024);
  EXPECT_EQ(Of("nginx").max_head_bytes, 4 * 8u * 1024);
  EXPECT_EQ(Of("nginx").head_timeout_ms, 60'000u);
  EXPECT_EQ(Of("nginx").body_timeout_ms, 60'000u);
  EXPECT_EQ(Of("nginx").idle_timeout_ms, 75'000u);
  EXPECT_EQ(Of("nginx").max_requests_per_connection, 1000u);
  EXPECT_EQ(Of("nginx").max_body_bytes, 1024u * 1024);
  EXPECT_EQ(Of("nginx").listen_backlog, 511u);
}

TEST(LimitPresetsTest, TheParserHasTheSame) {
  EXPECT_EQ(Of("node").parser().max_fields, NodeParserLimits().max_fields);
  EXPECT_EQ(Of("nginx").parser().max_head_bytes, NginxParserLimits().max_head_bytes);
}

}  // namespace
}  // namespace weir
