#include "weir/control/weirctl/top/view.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/weirctl/event_text.h"
#include "weir/control/weirctl/reactor_sum.h"
#include "weir/control/weirctl/top/keys.h"
#include "weir/control/weirctl/top/reactor_columns.h"
#include "weir/control/weirctl/top/reactor_row.h"

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kHeaderRows = 3;  // title, totals, the table's heading

// Which rows of the screen are what. The last row, for the keys, is not among them.
struct Layout {
  int table_rows = 0;
  int events_row = 0;  // their heading
  int event_rows = 0;  // without it
};

int TableRows(const TopState& state) {
  const int reactors = state.now ? state.now->reactors_size() : 0;
  return reactors > 1 ? reactors + 1 : reactors;
}

Layout LayOut(const TopState& state, int rows) {
  Layout layout;
  const int body = std::max(rows - kHeaderRows - 1, 0);
  layout.table_rows = std::min(TableRows(state), std::max(body - body / 3, 1));
  layout.table_rows = std::min(layout.table_rows, body);
  layout.events_row = kHeaderRows + layout.table_rows;
  layout.event_rows = std::max(body - layout.table_rows - 1, 0);
  return layout;
}

std::string Uptime(std::int64_t seconds) {
  const std::int64_t days = seconds / 86'400;
  const std::string time =
      absl::StrFormat("%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return days == 0 ? time : absl::StrCat(days, "d ", time);
}

void PutTitle(const TopState& state, const TopOptions& options, Grid* grid) {
  const admin::v1::Stats& now = *state.now;
  std::string title = absl::StrCat("weir ", now.address());
  if (now.listeners_size() > 1) absl::StrAppend(&title, " +", now.listeners_size() - 1);
  // What it said of itself before a restart is not true any more.
  if (state.info.boot_id() == now.boot_id()) {
    absl::StrAppend(&title, "  version ", state.info.version());
  }
  absl::StrAppend(&title, "  up ", Uptime(now.uptime().seconds()), "  limits v",
                  now.limits_version());
  int column = grid->Put(0, 0, title, Style::kTitle);
  if (now.draining()) column = grid->Put(0, column + 2, "DRAINING", Style::kError);
  if (options.paused) grid->Put(0, column + 2, "PAUSED", Style::kWarning);
}

void PutTotals(const TopState& state, Grid* grid) {
  const admin::v1::ReactorStats sum = SumOfReactors(*state.now);
  const auto text = [](std::uint64_t count) { return ShortNumber(static_cast<double>(count)); };
  int column =
      grid->Put(1, 0,
                absl::StrCat("total: accepted ", text(sum.connections_accepted()), "  requests ",
                             text(sum.requests()), "  2xx ", text(sum.responses_2xx()), "  3xx ",
                             text(sum.responses_3xx())));
  const auto put = [&](const char* name, std::uint64_t count, Style style) {
    column = grid->Put(1, column + 2, absl::StrCat(name, " ", text(count)),
                       count > 0 ? style : Style::kPlain);
  };
  put("4xx", sum.responses_4xx(), Style::kPlain);
  put("5xx", sum.responses_5xx(), Style::kWarning);
  put("refused", RefusedOf(sum), Style::kWarning);
  if (state.now->warnings().empty()) return;
  grid->Put(1, column + 2, absl::StrCat(state.now->warnings_size(), " warnings: weirctl doctor"),
            Style::kWarning);
}

Style StyleOf(const admin::v1::Event& event) {
  if (event.severity() == admin::v1::Event::ERROR) return Style::kError;
  return event.severity() == admin::v1::Event::WARNING ? Style::kWarning : Style::kPlain;
}

void PutEvent(int row, const admin::v1::Event& event, Grid* grid) {
  const std::string time = TimeUtil::ToString(event.time());
  int column = grid->Put(row, 0, time.size() < 19 ? time : time.substr(11, 8), Style::kDim);
  column = grid->Put(row, column + 1, SeverityName(event), StyleOf(event));
  if (event.has_reactor()) column = grid->Put(row, column + 1, absl::StrCat("R", event.reactor()));
  grid->Put(row, column + 1, event.text());
}

// The keys, and how much of the table is out of sight.
void PutFoot(int row, int hidden, Grid* grid) {
  int column = 0;
  for (const TopKey& key : kTopKeys) {
    column = grid->Put(row, column, key.name);
    column = grid->Put(row, column + 1, key.effect, Style::kDim) + 3;
  }
  if (hidden > 0) grid->Put(row, column, absl::StrCat(hidden, " rows more"), Style::kDim);
}

void PutEvents(const TopState& state, const Layout& layout, Grid* grid) {
  if (layout.event_rows == 0) return;
  grid->Paint(layout.events_row, Style::kHeading);
  const std::string why = state.events_ended.empty() ? "" : "  no more: " + state.events_ended;
  grid->Put(layout.events_row, 0, "EVENTS" + why, Style::kHeading);
  const int count = std::min(layout.event_rows, static_cast<int>(state.events.size()));
  for (int i = 0; i < count; ++i) {
    const auto at = state.events.size() - static_cast<std::size_t>(count - i);
    PutEvent(layout.events_row + 1 + i, state.events[at], grid);
  }
}

}  // namespace

int TopRowsHidden(const TopState& state, int rows) {
  return TableRows(state) - LayOut(state, rows).table_rows;
}

Grid DrawTop(const TopState& state, const TopOptions& options, int rows, int columns) {
  Grid grid(rows, columns);
  if (!state.now) {
    grid.Put(0, 0, "weir: waiting for the first sample", Style::kTitle);
    return grid;
  }
  const Layout layout = LayOut(state, rows);
  PutTitle(state, options, &grid);
  PutTotals(state, &grid);
  const ReactorColumns table(columns);
  table.PutHeading(2, &grid);
  const std::vector<ReactorRow> reactors =
      ReactorRows(state.before ? &*state.before : nullptr, *state.now);
  const int hidden = TopRowsHidden(state, rows);
  auto reactor = reactors.begin() + std::clamp(options.first_reactor, 0, hidden);
  for (int i = 0; i < layout.table_rows; ++i) table.PutRow(kHeaderRows + i, *reactor++, &grid);
  PutEvents(state, layout, &grid);
  if (rows > kHeaderRows) PutFoot(rows - 1, hidden, &grid);
  return grid;
}

}  // namespace weir
