// What weirctl top shows, as a function of what it knows: no terminal, no clock, no server.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_VIEW_H_
#define WEIR_CONTROL_WEIRCTL_TOP_VIEW_H_

#include <deque>
#include <optional>
#include <string>

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/weirctl/top/grid.h"

namespace weir {

// What the streams have told so far.
struct TopState {
  admin::v1::ServerInfo info;
  std::optional<admin::v1::Stats> before;  // the sample before `now`
  std::optional<admin::v1::Stats> now;
  std::deque<admin::v1::Event> events;  // the newest, oldest first
  std::string events_ended;             // why there are no more; "" while there may be
};

// What the keys have set.
struct TopOptions {
  bool paused = false;
  int first_reactor = 0;  // the row that the table begins with; TopRowsHidden bounds it
};

// From the top: who serves, its totals, a row for each reactor, the newest events, the keys. Where
// there is no room for all of it, events keep a third of the screen, and the table is scrolled.
Grid DrawTop(const TopState& state, const TopOptions& options, int rows, int columns);

// How far the table can be scrolled at that height.
int TopRowsHidden(const TopState& state, int rows);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_VIEW_H_
