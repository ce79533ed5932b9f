#include "weir/control/weirctl/top/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A sample `seconds` into the life of a server with so many reactors.
admin::v1::Stats Sample(int seconds, int reactors) {
  admin::v1::Stats stats;
  stats.set_boot_id("first");
  stats.set_address("127.0.0.1:8080");
  stats.set_limits_version(3);
  stats.mutable_uptime()->set_seconds(86'400 + 2 * 3600 + 60 + seconds);
  stats.mutable_monotonic_time()->set_seconds(50 + seconds);
  for (int i = 0; i < reactors; ++i) {
    admin::v1::ReactorStats* const reactor = stats.add_reactors();
    reactor->set_reactor(static_cast<std::uint32_t>(i));
    reactor->set_connections_active(12);
    reactor->set_connections_accepted(10u * static_cast<unsigned>(seconds));
    reactor->set_requests(2000u * static_cast<unsigned>(seconds));
    reactor->set_responses_2xx(reactor->requests());
    reactor->set_responses_4xx(3u * static_cast<unsigned>(seconds));
    reactor->mutable_accept_queue()->set_depth(32);
    reactor->mutable_accept_queue()->set_depth_max(120);
    reactor->mutable_accept_queue()->set_depth_max_window(96);
    reactor->mutable_accept_queue()->set_backlog_effective(128);
  }
  return stats;
}

admin::v1::Event AnEvent(int number, admin::v1::Event::Severity severity) {
  admin::v1::Event event;
  event.mutable_time()->set_seconds(12 * 3600 + 34 * 60 + number);
  event.set_severity(severity);
  event.set_text("event " + std::to_string(number));
  return event;
}

TopState State(int reactors) {
  TopState state;
  state.info.set_version("1.2.3");
  state.info.set_boot_id("first");
  state.before = Sample(1, reactors);
  state.now = Sample(2, reactors);
  for (int i = 1; i <= 3; ++i) state.events.push_back(AnEvent(i, admin::v1::Event::INFO));
  return state;
}

TEST(TopViewTest, FillsEightyByTwentyFour) {
  const Grid grid = DrawTop(State(1), {}, 24, 80);
  EXPECT_EQ(grid.Text(0), "weir 127.0.0.1:8080  version 1.2.3  up 1d 02:01:02  limits v3");
  EXPECT_EQ(grid.Text(1),
            "total: accepted 20  requests 4000  2xx 4000  3xx 0  4xx 6  5xx 0  refused 0");
  EXPECT_EQ(grid.Text(2),
            "  R                   QUEUE   HIGH WAIT P50 WAIT P99  CONNS  REQ/S  ACC/S  ERR/S");
  EXPECT_EQ(grid.Text(3),
            "  0 [||....   ]      32/128    120        -        -     12   2000     10      3");
  EXPECT_EQ(grid.Text(4), "EVENTS");
  EXPECT_EQ(grid.Text(5), "12:34:01 info event 1");
  EXPECT_EQ(grid.Text(7), "12:34:03 info event 3");
  EXPECT_THAT(grid.Text(23), StartsWith("q quit"));
  EXPECT_EQ(grid.at(2, 0).style, Style::kHeading);
  EXPECT_EQ(grid.at(3, 79).style, Style::kWarning) << "errors";
}

TEST(TopViewTest, ShowsOneForAllBeforeSeveral) {
  const Grid grid = DrawTop(State(2), {}, 24, 80);
  EXPECT_EQ(grid.Text(3),
            "all [||.      ]      64/256    120        -        -     24   4000     20      6");
  EXPECT_THAT(grid.Text(4), StartsWith("  0 ["));
  EXPECT_THAT(grid.Text(5), StartsWith("  1 ["));
}

TEST(TopViewTest, FitsAnySize) {
  const TopState state = State(100);
  for (const int rows : {0, 1, 2, 3, 4, 5, 8, 24, 200}) {
    for (const int columns : {0, 1, 2, 3, 10, 40, 79, 80, 81, 89, 90, 200, 1000}) {
      const Grid grid = DrawTop(state, {}, rows, columns);
      EXPECT_EQ(grid.rows(), rows);
      EXPECT_EQ(grid.columns(), columns);
      EXPECT_EQ(TopRowsHidden(state, rows) > 0, rows < 200) << rows;
    }
  }
}

TEST(TopViewTest, LeavesOutWhatMattersLessWhereItIsNarrow) {
  const Grid narrow = DrawTop(State(1), {}, 24, 40);
  EXPECT_EQ(narrow.Text(2), "  R       QUEUE WAIT P99  REQ/S  ERR/S");
  const Grid tiny = DrawTop(State(1), {}, 24, 15);
  EXPECT_EQ(tiny.Text(3), "  0      32/128");
  const Grid wide = DrawTop(State(1), {}, 24, 150);
  EXPECT_THAT(wide.Text(2), HasSubstr("REFUSED/S"));
  EXPECT_THAT(wide.Text(3), HasSubstr("[||||||||||....................          ]"));
}

TEST(TopViewTest, ScrollsReactorsWhereThereAreTooMany) {
  const TopState state = State(100);
  EXPECT_EQ(TopRowsHidden(state, 24), 101 - 14);
  TopOptions options;
  options.first_reactor = 50;
  const Grid grid = DrawTop(state, options, 24, 80);
  EXPECT_THAT(grid.Text(3), StartsWith(" 49 ["));
  EXPECT_THAT(grid.Text(16), StartsWith(" 62 ["));
  EXPECT_EQ(grid.Text(17), "EVENTS");
  EXPECT_EQ(grid.Text(20), "12:34:03 info event 3");
  EXPECT_THAT(grid.Text(23), HasSubstr("87 rows more"));
  options.first_reactor = 1000;
  EXPECT_THAT(DrawTop(state, options, 24, 80).Text(16), StartsWith(" 99 ["));
  options.first_reactor = -1;
  EXPECT_THAT(DrawTop(state, options, 24, 80).Text(3), StartsWith("all ["));
}

TEST(TopViewTest, ShowsTheNewestEventsLast) {
  TopState state = State(1);
  for (int i = 4; i <= 40; ++i) state.events.push_back(AnEvent(i, admin::v1::Event::ERROR));
  state.events.back().set_reactor(0);
  state.events.back().set_text("a\x1b[2Jb\n");
  state.events_ended = "too many watch";
  const Grid grid = DrawTop(state, {}, 24, 80);
  EXPECT_EQ(grid.Text(4), "EVENTS  no more: too many watch");
  EXPECT_EQ(grid.Text(5), "12:34:23 error event 23");
  EXPECT_EQ(grid.Text(22), "12:34:40 error R0 a?[2Jb?");
  EXPECT_EQ(grid.at(22, 9).style, Style::kError);
  EXPECT_EQ(grid.at(22, 20).style, Style::kPlain);
}

TEST(TopViewTest, HasNoReactorsAndNoSample) {
  EXPECT_EQ(DrawTop(State(0), {}, 24, 80).Text(3), "EVENTS");
  EXPECT_THAT(DrawTop(TopState(), {}, 24, 80).Text(0), HasSubstr("waiting"));
  EXPECT_EQ(TopRowsHidden(TopState(), 24), 0);
}

TEST(TopViewTest, ShowsNoRatesOverARestart) {
  TopState state = State(1);
  state.now->set_boot_id("second");
  state.now->mutable_monotonic_time()->set_seconds(60);
  const Grid grid = DrawTop(state, {}, 24, 80);
  EXPECT_THAT(grid.Text(3), HasSubstr("12      -      -      -"));
  EXPECT_THAT(grid.Text(0), Not(HasSubstr("version"))) << "it is of the server before";
  state.before.reset();
  EXPECT_THAT(DrawTop(state, {}, 24, 80).Text(3), HasSubstr("12      -      -      -"));
}

TEST(TopViewTest, SaysInWhichStateItIs) {
  TopState state = State(1);
  state.now->set_draining(true);
  state.now->add_warnings("the backlog is capped");
  (*state.now->mutable_reactors(0)->mutable_connections_refused())["shed"] = 7;
  state.now->add_listeners();
  state.now->add_listeners();
  TopOptions options;
  options.paused = true;
  const Grid grid = DrawTop(state, options, 24, 120);
  EXPECT_THAT(grid.Text(0), AllOf(HasSubstr("127.0.0.1:8080 +1"), HasSubstr("DRAINING  PAUSED")));
  EXPECT_THAT(grid.Text(1), AllOf(HasSubstr("refused 7"), HasSubstr("1 warnings: weirctl doctor")));
  EXPECT_THAT(grid.Text(3), HasSubstr("7"));
}

TEST(TopViewTest, ColoursAQueueByHowFullItIs) {
  TopState state = State(1);
  admin::v1::AcceptQueue* const queue = state.now->mutable_reactors(0)->mutable_accept_queue();
  for (const auto& [depth, style] :
       {std::pair{0u, Style::kPlain}, std::pair{1u, Style::kGood}, std::pair{65u, Style::kWarning},
        std::pair{128u, Style::kError}}) {
    queue->set_depth(depth);
    EXPECT_EQ(DrawTop(state, {}, 24, 80).at(3, 26).style, style) << depth;
  }
  EXPECT_THAT(DrawTop(state, {}, 24, 80).Text(3), StartsWith("  0 [|||||||||] "));
  queue->set_depth(1);
  EXPECT_THAT(DrawTop(state, {}, 24, 80).Text(3), StartsWith("  0 [|.....   ] "));
}

}  // namespace
}  // namespace weir
