// What weirctl top shows of one reactor, or of all together.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_REACTOR_ROW_H_
#define WEIR_CONTROL_WEIRCTL_TOP_REACTOR_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Without a sample before, there are no rates and no waits.
struct ReactorRow {
  std::string name;                          // "0", "all"
  std::uint64_t depth = 0;                   // of its accept queues, now
  std::uint64_t limit = 0;                   // the backlogs as the kernel took them
  std::uint64_t recent_high = 0;             // the most seen lately: accept_queue_window_ms
  std::uint64_t high = 0;                    // the most seen ever
  std::optional<std::uint64_t> wait_p50_ns;  // in the accept queue, of those accepted between the
  std::optional<std::uint64_t> wait_p99_ns;  // samples
  std::uint64_t connections = 0;             // now
  std::optional<double> requests_per_second;
  std::optional<double> accepts_per_second;
  std::optional<double> errors_per_second;   // answers of 4xx and 5xx, Weir's own included
  std::optional<double> refused_per_second;  // connections
};

// The seconds between two samples of one start of a server; none if `before` is null, of another
// start, or not older.
std::optional<double> SecondsBetween(const admin::v1::Stats* before, const admin::v1::Stats& now);

// One for each reactor, in their order, after one for all where there are several.
std::vector<ReactorRow> ReactorRows(const admin::v1::Stats* before, const admin::v1::Stats& now);

// The connections that were refused, for whatever reason.
std::uint64_t RefusedOf(const admin::v1::ReactorStats& reactor);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_REACTOR_ROW_H_
