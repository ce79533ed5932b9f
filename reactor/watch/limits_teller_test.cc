#include "weir/reactor/watch/limits_teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/reactor/limit_specs.h"
#include "weir/reactor/testing/fake_clock.h"

namespace weir {
namespace {

using test::FakeClock;
using testing::HasSubstr;

class LimitsTellerTest : public testing::Test {
 protected:
  void Change(LimitLayer layer, std::uint64_t max_fields, const std::string& author,
              const std::string& reason) {
    LimitsUpdate update;
    update.layer = layer;
    update.changes = {{FindLimitSpec("max_fields"), max_fields}};
    update.author = author;
    update.reason = reason;
    ASSERT_TRUE(store_.Apply(update).ok());
  }
  Event At(std::uint64_t sequence) {
    const EventLog::Batch batch = log_.Read(sequence - 1, 1);
    return batch.events.empty() ? Event() : batch.events[0];
  }

  FakeClock clock_;
  EventLog log_{&clock_, nullptr};
  LimitsStore store_{Limits(), &clock_};
  LimitsTeller teller_{&store_, &log_};
};

TEST_F(LimitsTellerTest, TellsWhoChangedWhatAndWhyAndHowToUndoIt) {
  teller_.Tell();
  EXPECT_EQ(log_.newest(), 0u) << "the limits that it began with are no change";
  Change(LimitLayer::kOperator, 50, "uid 7", "an incident");
  teller_.Tell();
  teller_.Tell();
  ASSERT_EQ(log_.newest(), 1u);
  const Event event = At(1);
  EXPECT_EQ(event.kind, EventKind::kLimitsChanged);
  EXPECT_EQ(event.Number("version"), 2u);
  EXPECT_EQ(event.Number("changes"), 1u);
  EXPECT_EQ(event.text, "limits version 2 by uid 7: max_fields 100 -> 50; reason: an incident");
  EXPECT_THAT(event.fix, HasSubstr("limits rollback 1"));
}

TEST_F(LimitsTellerTest, TellsEachVersionAlsoOneThatChangesNothingInForce) {
  Change(LimitLayer::kOperator, 50, "uid 7", "");
  Change(LimitLayer::kFleet, 60, "tuner", "");
  teller_.Tell();
  ASSERT_EQ(log_.newest(), 2u);
  EXPECT_EQ(At(1).text, "limits version 2 by uid 7: max_fields 100 -> 50");
  EXPECT_EQ(At(2).Number("changes"), 0u);
  EXPECT_EQ(At(2).text, "limits version 3 by tuner: no value in force is another");
}

TEST_F(LimitsTellerTest, NamesTheListenerThatALimitIsSetFor) {
  const LimitSpec* const backlog = FindLimitSpec("listen_backlog");
  store_.AddListener("health", {});
  LimitsUpdate update;
  update.author = "uid 7";
  update.changes = {{backlog, 8, "health"}};
  ASSERT_TRUE(store_.Apply(update).ok());
  update.changes = {{backlog, std::nullopt, "health"}};
  ASSERT_TRUE(store_.Apply(update).ok());
  teller_.Tell();
  EXPECT_EQ(At(1).Number("changes"), 1u);
  EXPECT_EQ(At(1).text, "limits version 2 by uid 7: listen_backlog@health 4096 -> 8");
  EXPECT_EQ(At(2).text, "limits version 3 by uid 7: listen_backlog@health 8 -> 4096");
}

}  // namespace
}  // namespace weir
